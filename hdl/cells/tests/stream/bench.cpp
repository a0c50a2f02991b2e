// Runs a scenario on the verilated frame path and writes down what came out, and when.
//
//   bench SCENARIO RESULT          both little-endian, layouts in model.rs
//
// A clock: drive the inputs, settle, look at the headers, drive the verdict, settle, look at the
// beats, rise. A verdict is due a fixed number of clocks after its header, and for some frames
// later; of those that are due the one that is due longest comes, one a clock.
#include "Vtop.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <tuple>
#include <vector>

namespace {

constexpr size_t BYTES = sizeof(Vtop::s_tdata);
constexpr size_t KEEP_BYTES = sizeof(Vtop::s_tkeep);
constexpr size_t WINDOW = sizeof(Vtop::h_window);
constexpr size_t HEADER = sizeof(Vtop::v_header);
constexpr uint64_t RESET_CLOCKS = 3, QUIET_CLOCKS = 4000;

struct Frame {
    uint8_t user, drop, p, s, egress, patched;
    uint16_t use, later;
    uint8_t header[HEADER];
    std::vector<uint8_t> bytes;
};

struct Around {
    uint32_t latency, idle, stall, bubble, stop, resume, cut, seed, limit;
};

class Reader {
public:
    explicit Reader(const char* name) : file(fopen(name, "rb")) {
        if (!file) exit(3);
    }
    ~Reader() { fclose(file); }
    template <class T> T get() {
        T value;
        bytes(reinterpret_cast<uint8_t*>(&value), sizeof value);
        return value;
    }
    void bytes(uint8_t* to, size_t n) {
        if (n && fread(to, 1, n, file) != n) exit(3);
    }

private:
    FILE* file;
};

std::vector<Frame> read_frames(Reader& in, uint32_t count) {
    std::vector<Frame> frames(count);
    for (Frame& f : frames) {
        f.bytes.resize(in.get<uint16_t>());
        f.user = in.get<uint8_t>();
        f.drop = in.get<uint8_t>();
        f.p = in.get<uint8_t>();
        f.s = in.get<uint8_t>();
        f.egress = in.get<uint8_t>();
        f.patched = in.get<uint8_t>();
        f.use = in.get<uint16_t>();
        f.later = in.get<uint16_t>();
        in.bytes(f.header, sizeof f.header);
        in.bytes(f.bytes.data(), f.bytes.size());
    }
    return frames;
}

class Bench {
public:
    Bench(Around around, std::vector<Frame> frames, const char* result)
        : around(around), frames(std::move(frames)), random(around.seed | 1),
          out(fopen(result, "wb")) {
        if (!out) exit(3);
        context->randReset(2);
        context->randSeed(int(around.seed & 0x7fffffff));
        top = std::make_unique<Vtop>(context.get());
    }

    void run() {
        for (; clock < around.limit && quiet < QUIET_CLOCKS; clock++) {
            reset();
            top->clock = 0;
            drive();
            top->eval();
            if (top->h_valid && !top->reset) header();
            verdict();
            top->eval();
            look();
            top->clock = 1;
            top->eval();
        }
        put<uint8_t>('e'), put<uint64_t>(clock);
        fclose(out);
        top->final();
    }

private:
    Around around;
    std::vector<Frame> frames;
    uint64_t random;
    FILE* out;
    std::unique_ptr<VerilatedContext> context = std::make_unique<VerilatedContext>();
    std::unique_ptr<Vtop> top;
    uint64_t clock = 0, quiet = 0;
    // The sender: frame, byte in it, bytes of this beat; whether it waits for s_tready.
    size_t sending = 0, at = 0, now = 0;
    bool waits = false, refused = false;
    // The header pipeline: frames whose header set out, behind when their verdicts are due, each
    // with its number; the one that was named and gets its verdict now.
    size_t captured = 0;
    using Due = std::tuple<uint64_t, size_t, uint8_t>;
    std::set<Due> pipeline;
    const Frame* named = nullptr;
    // The receiver: the frame that is coming out.
    std::vector<uint8_t> frame;
    uint64_t first_out = 0;

    template <class T> void put(T value) { fwrite(&value, sizeof value, 1, out); }

    [[noreturn]] void fail(const char* what) {
        fprintf(stderr, "clock %llu, frame %zu: %s\n", (unsigned long long)clock, captured, what);
        exit(2);
    }

    uint64_t word() {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        return random >> 11;
    }
    bool chance(uint32_t percent) { return percent && word() % 100 < percent; }

    // Whatever is under way at a reset is lost; the sender goes on with its next frame.
    void reset() {
        bool cut = around.cut && clock >= around.cut && clock < around.cut + 2;
        top->reset = cut || clock < RESET_CLOCKS;
        if (!cut) return;
        if (at) sending++, at = 0;
        captured = sending;
        pipeline.clear(), frame.clear(), named = nullptr;
        waits = false;
    }

    void drive() {
        bool send = !top->reset && sending < frames.size() && (waits || !chance(around.idle));
        uint8_t data[BYTES], keep[KEEP_BYTES] = {};
        for (uint8_t& byte : data) byte = uint8_t(word());
        top->s_tvalid = send;
        top->s_tlast = word() & 1;
        top->s_tuser = word() & 127;
        if (send) {
            const Frame& f = frames[sending];
            size_t left = f.bytes.size() - at;
            now = left < BYTES ? left : BYTES;
            memcpy(data, f.bytes.data() + at, now);
            for (size_t i = 0; i < now; i++) keep[i / 8] |= uint8_t(1 << i % 8);
            top->s_tlast = now == left;
            if (top->s_tlast) top->s_tuser = f.user;
        }
        memcpy(&top->s_tdata, data, sizeof data);
        memcpy(&top->s_tkeep, keep, sizeof keep);
        top->bubble = chance(around.bubble);
        bool stopped = clock >= around.stop && clock < around.resume;
        top->m_tready = !stopped && !chance(around.stall);
    }

    void header() {
        if (captured >= frames.size()) fail("a header too many");
        const Frame& f = frames[captured];
        const uint8_t* window = reinterpret_cast<const uint8_t*>(&top->h_window);
        for (size_t i = 0; i < f.bytes.size() && i < WINDOW; i++)
            if (window[WINDOW - 1 - i] != f.bytes[i]) fail("the window differs");
        put<uint8_t>('h'), put<uint64_t>(clock), put<uint16_t>(top->h_len);
        put<uint8_t>(top->h_user), put<uint8_t>(top->h_too_long), put<uint8_t>(top->h_number);
        pipeline.emplace(clock + around.latency + f.later, captured++, top->h_number);
    }

    // The verdict on the frame that was named, else noise without v_valid; and who is next.
    void verdict() {
        uint8_t header[HEADER];
        for (uint8_t& byte : header) byte = uint8_t(word());
        top->v_valid = 0, top->v_drop = word() & 1, top->v_port = word() & 15;
        top->v_p = word() & 63, top->v_s = word() & 127, top->v_len = word() & 0x3fff;
        top->v_patched = word() & 1;
        if (named) {
            const Frame& f = *named;
            for (size_t i = 0; i < HEADER; i++) header[HEADER - 1 - i] = f.header[i];
            top->v_valid = 1, top->v_drop = f.drop, top->v_port = f.egress;
            top->v_p = f.p, top->v_s = f.s, top->v_len = f.use, top->v_patched = f.patched;
        }
        memcpy(&top->v_header, header, sizeof header);
        top->v_number = word() & 0x7f;
        named = nullptr;
        if (pipeline.empty() || std::get<0>(*pipeline.begin()) > clock + 1) return;
        named = &frames[std::get<1>(*pipeline.begin())];
        top->v_number = std::get<2>(*pipeline.begin());
        pipeline.erase(pipeline.begin());
    }

    void look() {
        bool taken = top->s_tvalid && top->s_tready;
        quiet++;
        if (top->s_tvalid && !taken && !refused) {
            put<uint8_t>('r'), put<uint64_t>(clock);
            put<uint32_t>(uint32_t(sending)), put<uint32_t>(uint32_t(at));
        }
        refused = waits = top->s_tvalid && !taken;
        if (taken) {
            quiet = 0, at += now;
            if (top->s_tlast) {
                put<uint8_t>('i'), put<uint64_t>(clock);
                sending++, at = 0;
            }
        }
        if (top->m_tvalid && top->m_tready && !top->reset) receive();
    }

    void receive() {
        quiet = 0;
        if (frame.empty()) first_out = clock;
        uint8_t data[BYTES], keep[KEEP_BYTES];
        memcpy(data, &top->m_tdata, sizeof data);
        memcpy(keep, &top->m_tkeep, sizeof keep);
        auto there = [&](size_t i) { return keep[i / 8] >> i % 8 & 1; };
        size_t n = 0;
        while (n < BYTES && there(n)) n++;
        for (size_t i = n; i < BYTES; i++)
            if (there(i)) fail("tkeep has a hole");
        if (!n || (n < BYTES && !top->m_tlast)) fail("a short beat in a frame");
        frame.insert(frame.end(), data, data + n);
        if (!top->m_tlast) return;
        put<uint8_t>('o'), put<uint64_t>(first_out), put<uint64_t>(clock);
        put<uint8_t>(top->m_tuser), put<uint16_t>(uint16_t(frame.size()));
        fwrite(frame.data(), 1, frame.size(), out);
        frame.clear();
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 1;
    Reader in(argv[1]);
    uint32_t count = in.get<uint32_t>();
    Around around = in.get<Around>();
    Bench(around, read_frames(in, count), argv[2]).run();
    return 0;
}
