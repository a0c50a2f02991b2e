// Does the shim do what it should? A card that every test can foretell: frames of port i leave by
// port i + 1, registers are memory, each frame is explained by its port's number. Writing 0x1fc
// makes it break a rule; an access beyond 0x200 is never answered.
// WIDTH, BYTES and EXPLAIN are replaced by numbers.
module card (
    input clock, input reset,
    input [WIDTH-1:0] s_tdata_0, s_tdata_1, s_tdata_2, s_tdata_3,
    input [BYTES-1:0] s_tkeep_0, s_tkeep_1, s_tkeep_2, s_tkeep_3,
    input s_tlast_0, s_tlast_1, s_tlast_2, s_tlast_3,
    input s_tvalid_0, s_tvalid_1, s_tvalid_2, s_tvalid_3,
    output s_tready_0, s_tready_1, s_tready_2, s_tready_3,
    output [WIDTH-1:0] m_tdata_0, m_tdata_1, m_tdata_2, m_tdata_3,
    output [BYTES-1:0] m_tkeep_0, m_tkeep_1, m_tkeep_2, m_tkeep_3,
    output m_tlast_0, m_tlast_1, m_tlast_2, m_tlast_3,
    output m_tvalid_0, m_tvalid_1, m_tvalid_2, m_tvalid_3,
    input m_tready_0, m_tready_1, m_tready_2, m_tready_3,
    input bus_valid, input bus_write, input [15:0] bus_addr, input [31:0] bus_wdata,
    output reg bus_ready, output reg [31:0] bus_rdata,
    output explain_valid, output [EXPLAIN-1:0] explain
);
    reg [31:0] memory [0:127];
    reg [1:0] patience;
    reg [2:0] broken;
    always @(posedge clock) begin
        bus_ready <= 0;
        patience <= bus_valid && !bus_ready ? patience + 1 : 0;
        if (patience == 3 && bus_addr < 16'h200) begin
            bus_ready <= 1;
            bus_rdata <= memory[bus_addr[8:2]];
            if (bus_write) memory[bus_addr[8:2]] <= bus_wdata;
            if (bus_write && bus_addr == 16'h1fc) broken <= bus_wdata[2:0];
        end
        if (reset) {bus_ready, patience, broken} <= 0;
        else if (broken == 4) assert (bus_addr == 0);
    end

    wire [3:0] done;
    one_way from_0 (clock, reset, broken, s_tdata_0, s_tkeep_0, s_tlast_0, s_tvalid_0, s_tready_0,
                    m_tdata_1, m_tkeep_1, m_tlast_1, m_tvalid_1, m_tready_1, done[0]);
    one_way from_1 (clock, reset, broken, s_tdata_1, s_tkeep_1, s_tlast_1, s_tvalid_1, s_tready_1,
                    m_tdata_2, m_tkeep_2, m_tlast_2, m_tvalid_2, m_tready_2, done[1]);
    one_way from_2 (clock, reset, broken, s_tdata_2, s_tkeep_2, s_tlast_2, s_tvalid_2, s_tready_2,
                    m_tdata_3, m_tkeep_3, m_tlast_3, m_tvalid_3, m_tready_3, done[2]);
    one_way from_3 (clock, reset, broken, s_tdata_3, s_tkeep_3, s_tlast_3, s_tvalid_3, s_tready_3,
                    m_tdata_0, m_tkeep_0, m_tlast_0, m_tvalid_0, m_tready_0, done[3]);

    // Records wait, so that there is one in a clock.
    reg [31:0] waiting [0:3];
    wire [1:0] next = waiting[0] != 0 ? 0 : waiting[1] != 0 ? 1 : waiting[2] != 0 ? 2 : 3;
    assign explain_valid = waiting[0] != 0 || waiting[1] != 0 || waiting[2] != 0 || waiting[3] != 0;
    assign explain = {{(EXPLAIN - 2){1'b0}}, next};
    integer i;
    always @(posedge clock)
        for (i = 0; i < 4; i = i + 1)
            waiting[i] <= reset ? 0
                : waiting[i] + {31'b0, done[i]} - {31'b0, explain_valid && next == i[1:0]};
endmodule

// A register between one port and another.
module one_way (
    input clock, input reset, input [2:0] broken,
    input [WIDTH-1:0] s_tdata, input [BYTES-1:0] s_tkeep, input s_tlast, input s_tvalid,
    output s_tready,
    output reg [WIDTH-1:0] m_tdata, output [BYTES-1:0] m_tkeep, output reg m_tlast,
    output reg m_tvalid, input m_tready, output done
);
    reg [BYTES-1:0] keep;
    assign m_tkeep = broken == 3 ? keep & ~1 : keep;
    assign s_tready = !m_tvalid || m_tready;
    assign done = s_tvalid && s_tready && s_tlast;
    always @(posedge clock) begin
        if (s_tready) begin
            m_tdata <= s_tdata;
            keep <= s_tkeep;
            m_tlast <= s_tlast;
            m_tvalid <= s_tvalid;
        end else begin
            if (broken == 1) m_tvalid <= 0;
            if (broken == 2) m_tdata <= ~m_tdata;
        end
        if (reset) m_tvalid <= 0;
    end
endmodule
