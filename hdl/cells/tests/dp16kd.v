// What does an ECP5 block RAM do, as far as the cells use it (port A writes, port B reads)?
// A read of the word that is written at the same edge is unknown. Pins and modes as in yosys'
// mapping (lattice/brams_map_16kd.v).
module DP16KD (
    input CLKA, WEA, CEA, OCEA, RSTA, CSA2, CSA1, CSA0,
    input
    ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4,
    DIA3, DIA2, DIA1, DIA0,
    output
    DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4,
    DOA3, DOA2, DOA1, DOA0,
    input CLKB, WEB, CEB, OCEB, RSTB, CSB2, CSB1, CSB0,
    input
    ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input
    DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4,
    DIB3, DIB2, DIB1, DIB0,
    output
    DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4,
    DOB3, DOB2, DOB1, DOB0
);
parameter DATA_WIDTH_A = 18;
parameter DATA_WIDTH_B = 18;
parameter REGMODE_A = "NOREG";
parameter REGMODE_B = "NOREG";
parameter RESETMODE = "SYNC";
parameter ASYNC_RESET_RELEASE = "SYNC";
parameter WRITEMODE_A = "NORMAL";
parameter WRITEMODE_B = "NORMAL";
parameter CSDECODE_A = "0b000";
parameter CSDECODE_B = "0b000";
parameter GSR = "ENABLED";

localparam WIDTH = DATA_WIDTH_A;
localparam LOW =
    WIDTH == 36 ? 5 : WIDTH == 18 ? 4 : WIDTH == 9 ? 3 : WIDTH == 4 ? 2 : WIDTH == 2 ? 1 : 0;
// Bits behind one enable: nine where there are byte enables, else the whole word.
localparam UNIT = WIDTH >= 18 ? 9 : WIDTH;

wire [13:0] write_pins = {
    ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
wire [13:0] read_pins = {
    ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
wire [35:0] data_in = {
    DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4,
    DIB3, DIB2, DIB1, DIB0,
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4,
    DIA3, DIA2, DIA1, DIA0};
reg [WIDTH-1:0] words [0:(1 << (14 - LOW)) - 1];
reg [WIDTH-1:0] word, out;
wire [13:0] write_at = write_pins >> LOW;
wire [13:0] read_at = read_pins >> LOW;
wire [3:0] enables = WIDTH >= 18 ? write_pins[3:0] : 4'b1111;
integer unit;

initial if (DATA_WIDTH_A != DATA_WIDTH_B || REGMODE_B != "OUTREG" || GSR != "DISABLED") $finish;

always @(posedge CLKB) begin
    if (CEB && !CSB0 && !CSB1 && !CSB2)
        word <= (WEA && |enables && write_at == read_at) ? {WIDTH{1'bx}} : words[read_at];
    if (OCEB) out <= RSTB ? {WIDTH{1'b0}} : word;
end
always @(posedge CLKA)
    if (CEA && WEA && !CSA0 && !CSA1 && !CSA2)
        for (unit = 0; unit < WIDTH / UNIT; unit = unit + 1)
            if (enables[unit]) words[write_at][unit * UNIT +: UNIT] <= data_in[unit * UNIT +: UNIT];

// In the 36-bit mode port A's output pins show the lower half of the word read at port B.
wire [35:0] shown = WIDTH == 36 ? out : {out, 18'b0};
assign {
    DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4,
    DOB3, DOB2, DOB1, DOB0,
    DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4,
    DOA3, DOA2, DOA1, DOA0} = shown;
endmodule
