// Runs a scenario on the verilated frame path and writes down what came out, and when.
//
//   bench SCENARIO RESULT          both little-endian, layouts in scenario.rs
//
// A clock: set inputs, settle, look at the outputs, rise. Verdicts follow their headers by a fixed
// number of clocks; 0 means in the same clock.
#include "Vtop.h"
#include "verilated.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Frame {
    uint16_t len;
    uint8_t port, drop, p, s, egress;
    uint16_t use;
    uint8_t header[64];
    std::vector<uint8_t> bytes;
};

struct Reader {
    FILE* file;
    template <class T> T get() {
        T value;
        if (fread(&value, sizeof value, 1, file) != 1) exit(3);
        return value;
    }
    void bytes(uint8_t* to, size_t n) {
        if (n && fread(to, 1, n, file) != n) exit(3);
    }
};

template <class T> void put(FILE* file, T value) { fwrite(&value, sizeof value, 1, file); }

uint64_t state;
uint64_t word() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}
bool chance(uint32_t percent) { return percent && word() % 100 < percent; }

template <class Port> void set(Port& port, const uint8_t* from, size_t n) { memcpy(&port, from, n); }

[[noreturn]] void fail(const char* what, uint64_t clock, size_t frame) {
    fprintf(stderr, "clock %llu, frame %zu: %s\n", (unsigned long long)clock, frame, what);
    exit(2);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 1;
    constexpr size_t BYTES = sizeof(Vtop::s_tdata);
    Reader in{fopen(argv[1], "rb")};
    if (!in.file) return 3;
    uint32_t count = in.get<uint32_t>(), latency = in.get<uint32_t>();
    uint32_t idle = in.get<uint32_t>(), stall = in.get<uint32_t>(), bubble = in.get<uint32_t>();
    uint32_t stop = in.get<uint32_t>(), resume = in.get<uint32_t>(), cut = in.get<uint32_t>();
    state = in.get<uint32_t>() | 1;
    uint32_t limit = in.get<uint32_t>();
    std::vector<Frame> frames(count);
    for (Frame& f : frames) {
        f.len = in.get<uint16_t>();
        f.port = in.get<uint8_t>();
        f.drop = in.get<uint8_t>();
        f.p = in.get<uint8_t>();
        f.s = in.get<uint8_t>();
        f.egress = in.get<uint8_t>();
        f.use = in.get<uint16_t>();
        in.bytes(f.header, sizeof f.header);
        f.bytes.resize(f.len);
        in.bytes(f.bytes.data(), f.len);
    }
    fclose(in.file);

    auto context = std::make_unique<VerilatedContext>();
    context->randReset(2);
    context->randSeed(int(state & 0x7fffffff));
    auto top = std::make_unique<Vtop>(context.get());
    FILE* out = fopen(argv[2], "wb");
    if (!out) return 3;

    size_t sending = 0, at = 0, captured = 0, judged = 0;
    bool offered = false;
    std::deque<std::pair<uint64_t, size_t>> pipeline;
    std::vector<uint8_t> frame;
    uint64_t clock = 0, quiet = 0, first_out = 0;
    bool refused = false;
    for (; clock < limit && quiet < 4000; clock++) {
        bool reset = clock < 3 || (cut && clock >= cut && clock < cut + 2);
        if (reset) {
            // Whatever was under way is lost; the sender starts with its next frame.
            if (at) sending++, at = 0;
            if (clock >= 3) captured = judged = sending;
            pipeline.clear(), frame.clear();
            offered = false;
        }
        top->reset = reset;
        top->clock = 0;
        bool send = !reset && sending < count && (offered || !chance(idle));
        top->s_tvalid = send;
        uint8_t beat[BYTES] = {}, keep[sizeof(Vtop::s_tkeep)] = {};
        bool last = false;
        size_t n = 0;
        if (send) {
            const Frame& f = frames[sending];
            n = f.bytes.size() - at < BYTES ? f.bytes.size() - at : BYTES;
            last = at + n == f.bytes.size();
            memcpy(beat, f.bytes.data() + at, n);
            for (size_t i = n; i < BYTES; i++) beat[i] = uint8_t(word());
            for (size_t i = 0; i < n; i++) keep[i / 8] |= uint8_t(1 << i % 8);
            top->s_tuser = last ? f.port : uint8_t(word() & 7);
        }
        set(top->s_tdata, beat, sizeof beat);
        set(top->s_tkeep, keep, sizeof keep);
        top->s_tlast = last;
        top->bubble = chance(bubble);
        bool ready = !(clock >= stop && clock < resume) && !chance(stall);
        top->m_tready = ready;
        top->v_valid = 0;
        top->eval();

        if (top->h_valid && !reset) {
            if (captured >= count) fail("a header too many", clock, captured);
            const Frame& f = frames[captured];
            const uint8_t* window = reinterpret_cast<const uint8_t*>(&top->h_window);
            for (size_t i = 0; i < f.bytes.size() && i < 192; i++)
                if (window[191 - i] != f.bytes[i]) fail("window differs", clock, captured);
            put<uint8_t>(out, 'h'), put<uint64_t>(out, clock);
            put<uint16_t>(out, top->h_len), put<uint8_t>(out, top->h_port);
            put<uint8_t>(out, top->h_too_long);
            pipeline.emplace_back(clock + latency, captured++);
        }
        for (auto* wide : {&top->v_header}) {
            uint8_t noise[64];
            for (uint8_t& b : noise) b = uint8_t(word());
            set(*wide, noise, 64);
        }
        top->v_drop = word() & 1, top->v_p = word() & 31, top->v_s = word() & 31;
        top->v_len = word() & 0x3fff, top->v_port = word() & 7;
        if (!pipeline.empty() && pipeline.front().first <= clock) {
            const Frame& f = frames[pipeline.front().second];
            pipeline.pop_front(), judged++;
            uint8_t header[64];
            for (size_t i = 0; i < 64; i++) header[63 - i] = f.header[i];
            set(top->v_header, header, 64);
            top->v_valid = 1, top->v_drop = f.drop, top->v_p = f.p, top->v_s = f.s;
            top->v_len = f.use, top->v_port = f.egress;
        }
        top->eval();

        bool taken = send && top->s_tready;
        if (send && !taken && !refused) {
            put<uint8_t>(out, 'r'), put<uint64_t>(out, clock);
            put<uint32_t>(out, uint32_t(sending)), put<uint32_t>(out, uint32_t(at));
        }
        refused = send && !taken;
        quiet++;
        if (taken && last) put<uint8_t>(out, 'i'), put<uint64_t>(out, clock);
        if (top->m_tvalid && ready && !reset) {
            quiet = 0;
            if (frame.empty()) first_out = clock;
            uint8_t data[BYTES], mask[sizeof(Vtop::m_tkeep)];
            memcpy(data, &top->m_tdata, sizeof data);
            memcpy(mask, &top->m_tkeep, sizeof mask);
            size_t m = 0;
            while (m < BYTES && mask[m / 8] >> m % 8 & 1) m++;
            for (size_t i = m; i < BYTES; i++)
                if (mask[i / 8] >> i % 8 & 1) fail("tkeep has a hole", clock, judged);
            if (!m || (m < BYTES && !top->m_tlast)) fail("a short beat in a frame", clock, judged);
            frame.insert(frame.end(), data, data + m);
            if (top->m_tlast) {
                put<uint8_t>(out, 'o'), put<uint64_t>(out, first_out), put<uint64_t>(out, clock);
                put<uint8_t>(out, top->m_tuser), put<uint16_t>(out, uint16_t(frame.size()));
                fwrite(frame.data(), 1, frame.size(), out);
                frame.clear();
            }
        }
        if (taken) quiet = 0;
        top->clock = 1;
        top->eval();

        offered = send && !taken;
        if (taken) {
            at += n;
            if (last) sending++, at = 0;
        }
    }
    put<uint8_t>(out, 'e'), put<uint64_t>(out, clock);
    fclose(out);
    top->final();
    return 0;
}
