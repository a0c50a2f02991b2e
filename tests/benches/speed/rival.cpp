// How fast is the model in a test bench of plain C++? As one is written by hand, without Rust and
// without the shim: registers, then frames at full rate, for a given number of cycles.
// rival WORKLOAD CYCLES prints "result", seconds, frames out, sum of their FNV-1a hashes
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include MODEL_HEADER
#include "verilated.h"

namespace {

constexpr size_t BYTES = sizeof(MODEL::s_tdata_0);
using Frames = std::vector<std::string>;

struct Workload {
    std::vector<std::pair<uint32_t, uint32_t>> accesses;
    Frames frames[3];
};

Workload load(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    size_t at = 0;
    const auto dword = [&] {
        uint32_t value;
        std::memcpy(&value, &all.at(at), 4);
        at += 4;
        return value;
    };
    Workload work;
    for (uint32_t n = dword(); n > 0; n--) {
        const uint32_t offset = dword();
        work.accesses.emplace_back(offset, dword());
    }
    for (uint32_t n = dword(); n > 0; n--) {
        const uint32_t port = dword(), length = dword();
        work.frames[port].push_back(all.substr(at, length));
        at += length;
    }
    return work;
}

struct Bench {
    VerilatedContext context;
    MODEL top{&context};

    void cycle() {
        top.clock = 0;
        top.eval();
        top.clock = 1;
        top.eval();
    }

    void prepare(const Workload& work) {
        top.reset = 1;
        for (int i = 0; i < 8; i++) cycle();
        top.reset = 0;
        // More than the tables take to be cleared.
        for (int i = 0; i < 2048; i++) cycle();
        for (const auto& [offset, value] : work.accesses) {
            top.bus_valid = 1;
            top.bus_write = 1;
            top.bus_addr = offset;
            top.bus_wdata = value;
            do cycle();
            while (!top.bus_ready);
            cycle();
            top.bus_valid = 0;
            cycle();
        }
    }

    template <typename Data, typename Keep>
    static bool put(const Frames& frames, size_t& frame, size_t& at, Data& data, Keep& keep,
                    CData& last, CData& valid) {
        valid = frame < frames.size();
        if (!valid) return false;
        const std::string& bytes = frames[frame];
        const size_t left = bytes.size() - at;
        std::memcpy(&data, bytes.data() + at, left < BYTES ? left : BYTES);
        last = left <= BYTES;
        keep = left >= BYTES ? ~uint64_t{0} >> (64 - BYTES) : (uint64_t{1} << left) - 1;
        return true;
    }

    template <typename Data, typename Keep>
    static void get(Frames& out, std::string& frame, const Data& data, Keep keep, bool last) {
        frame.append(reinterpret_cast<const char*>(&data), __builtin_popcountll(keep));
        if (!last) return;
        out.push_back(frame);
        frame.clear();
    }

    void run(const Workload& work, uint64_t cycles, Frames out[3]) {
        size_t frame[3] = {}, at[3] = {};
        std::string half[3];
        const auto taken = [&](int port) {
            at[port] += BYTES;
            if (at[port] < work.frames[port][frame[port]].size()) return;
            frame[port]++;
            at[port] = 0;
        };
        top.m_tready_0 = top.m_tready_1 = top.m_tready_2 = 1;
        while (cycles-- > 0) {
#define PUT(i)                                                                             \
    put(work.frames[i], frame[i], at[i], top.s_tdata_##i, top.s_tkeep_##i, top.s_tlast_##i, \
        top.s_tvalid_##i)
            PUT(0), PUT(1), PUT(2);
            top.clock = 0;
            top.eval();
#define GET(i)                                                                              \
    if (top.s_tvalid_##i && top.s_tready_##i) taken(i);                                     \
    if (top.m_tvalid_##i)                                                                   \
        get(out[i], half[i], top.m_tdata_##i, top.m_tkeep_##i, top.m_tlast_##i);
            GET(0) GET(1) GET(2)
            top.clock = 1;
            top.eval();
        }
    }
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const Workload work = load(arguments[1]);
    const uint64_t cycles = std::strtoull(arguments[2], nullptr, 10);
    auto bench = std::make_unique<Bench>();
    bench->prepare(work);
    Frames out[3];
    const auto begin = std::chrono::steady_clock::now();
    bench->run(work, cycles, out);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    uint64_t sum = 0, frames = 0;
    for (const Frames& port : out)
        for (const std::string& frame : port) {
            uint64_t hash = 0xcbf29ce484222325;
            for (const char byte : frame)
                hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
            sum += hash;
            frames++;
        }
    std::printf("result %.9f %llu %llu\n", took.count(),
                static_cast<unsigned long long>(frames), static_cast<unsigned long long>(sum));
}
