// How is one verilated card driven, clock by clock? Compiled once per width:
// MODEL is the class of the model, MODEL_HEADER its header, MODEL_OPS the table to define.
#include <memory>
#include <mutex>
#include <string>

#include "model.h"
#include "ports.h"
#include MODEL_HEADER
#include "verilated.h"

extern thread_local std::string model_stopped;

namespace {

constexpr uint32_t PORTS = 4;
constexpr size_t BYTES = sizeof(MODEL::s_tdata_0);
constexpr uint32_t EXPLAIN_DWORDS = sizeof(MODEL::explain) / 4;

// The pins of one port, by address: verilated ports are plain members.
struct Pins {
    void* s_tdata;
    decltype(&std::declval<MODEL&>().s_tkeep_0) s_tkeep;
    CData *s_tlast, *s_tvalid, *s_tready;
    void* m_tdata;
    decltype(&std::declval<MODEL&>().m_tkeep_0) m_tkeep;
    CData *m_tlast, *m_tvalid, *m_tready;
};

#define PINS(i)                                                                                 \
    {                                                                                           \
        &top->s_tdata_##i, &top->s_tkeep_##i, &top->s_tlast_##i, &top->s_tvalid_##i,            \
            &top->s_tready_##i, &top->m_tdata_##i, &top->m_tkeep_##i, &top->m_tlast_##i,        \
            &top->m_tvalid_##i, &top->m_tready_##i                                              \
    }

struct Model {
    VerilatedContext context;
    std::unique_ptr<MODEL> top;
    std::vector<Pins> pins;
    Sender<BYTES> senders[PORTS];
    Receiver<BYTES> receivers[PORTS];
    uint32_t idle[PORTS] = {}, stall[PORTS] = {};
    Random random;
    uint64_t cycle = 0, last_active = 0;
    std::vector<model_frame> sent, received;
    std::vector<uint8_t> bytes;
    std::vector<uint32_t> explains;
    std::vector<uint64_t> explain_cycles;
    bool answered = false;
    uint32_t answer = 0;
    std::string fault;

    explicit Model(uint32_t seed) {
        // The runtime's generator starts anew in all threads when one of them is given a seed.
        static std::mutex one_at_a_time;
        const std::lock_guard<std::mutex> lock(one_at_a_time);
        context.threads(1);
        context.randReset(2);
        context.randSeed(static_cast<int>(seed % 0x7fffffff) + 1);
        random.state ^= seed;
        top = std::make_unique<MODEL>(&context);
        pins = {PINS(0), PINS(1), PINS(2), PINS(3)};
        top->eval();
    }
    ~Model() { top->final(); }

    void edge(bool clock) {
        top->clock = clock;
        top->eval();
    }

    // One clock: drive the pins, look at them when all is settled, let the edge come.
    void step() {
        bool active = false;
        for (uint32_t i = 0; i < PORTS; i++) {
            senders[i].drive(pins[i], random, idle[i]);
            *pins[i].m_tready = !random.per_mille(stall[i]);
        }
        edge(false);
        for (uint32_t i = 0; i < PORTS; i++) {
            active |= senders[i].sample(pins[i], cycle, i, sent);
            const char* broken = receivers[i].sample(pins[i], cycle, i, received, bytes, active);
            if (broken) fault = std::string(broken) + " at port " + std::to_string(i);
        }
        if (top->explain_valid) {
            const auto* record = reinterpret_cast<const uint32_t*>(&top->explain);
            explains.insert(explains.end(), record, record + EXPLAIN_DWORDS);
            explain_cycles.push_back(cycle);
            active = true;
        }
        if (top->bus_valid && top->bus_ready) {
            answered = true;
            answer = top->bus_rdata;
        }
        edge(true);
        if (!model_stopped.empty()) {
            fault = model_stopped;
            model_stopped.clear();
        }
        if (active) last_active = cycle;
        cycle++;
    }

    uint64_t waiting() const {
        uint64_t all = 0;
        for (const auto& sender : senders) all += sender.waiting;
        return all;
    }

    void reset(uint32_t cycles) {
        top->reset = 1;
        top->bus_valid = 0;
        for (uint32_t i = 0; i < PORTS; i++) {
            senders[i].drop_all();
            receivers[i].drop_all();
            *pins[i].s_tvalid = *pins[i].m_tready = 0;
        }
        for (uint32_t i = 0; i < cycles; i++, cycle++) {
            edge(false);
            edge(true);
        }
        top->reset = 0;
        last_active = cycle;
    }

    int run(uint64_t cycles_max, uint64_t quiet_cycles) {
        const uint64_t begin = cycle;
        while (cycle - begin < cycles_max) {
            step();
            if (!fault.empty()) return MODEL_FAULT;
            if (cycle - last_active > quiet_cycles && waiting() == 0) return MODEL_QUIET;
        }
        return MODEL_CYCLES;
    }

    // The request stays until it is answered, then rests for a clock.
    int bus(bool write, uint32_t offset, uint32_t* data, uint64_t cycles_max) {
        top->bus_valid = 1;
        top->bus_write = write;
        top->bus_addr = offset;
        top->bus_wdata = *data;
        answered = false;
        const uint64_t begin = cycle;
        while (!answered && fault.empty() && cycle - begin < cycles_max) step();
        top->bus_valid = 0;
        step();
        if (answered && !write) *data = answer;
        if (!fault.empty()) return MODEL_FAULT;
        return answered ? MODEL_ANSWERED : MODEL_CYCLES;
    }

    void forget() {
        sent.clear();
        received.clear();
        bytes.clear();
        explains.clear();
        explain_cycles.clear();
    }
};

// The runtime finds the context of what it does by thread: of a model that was made later, or that
// is gone, unless it is told.
Model& of(void* model) {
    auto* m = static_cast<Model*>(model);
    Verilated::threadContextp(&m->context);
    return *m;
}
const Model& of(const void* model) { return *static_cast<const Model*>(model); }

void outcome(const void* model, model_outcome* out) {
    const Model& m = of(model);
    *out = {m.sent.data(),     m.sent.size(),  m.received.data(),       m.received.size(),
            m.bytes.data(),    m.bytes.size(), m.explains.data(),       m.explain_cycles.data(),
            m.explain_cycles.size()};
}

}  // namespace

extern "C" const model_ops MODEL_OPS = {
    8 * BYTES,
    EXPLAIN_DWORDS,
    [](uint32_t seed) -> void* { return new Model(seed); },
    [](void* model) { delete &of(model); },
    [](void* model, uint32_t cycles) { of(model).reset(cycles); },
    [](void* model, uint32_t port, uint32_t idle, uint32_t stall) {
        of(model).idle[port] = idle;
        of(model).stall[port] = stall;
    },
    [](void* model, uint32_t port, const uint8_t* frame, size_t bytes) {
        of(model).senders[port].queue(frame, static_cast<uint32_t>(bytes));
    },
    [](void* model, uint64_t cycles_max, uint64_t quiet_cycles) {
        return of(model).run(cycles_max, quiet_cycles);
    },
    [](void* model, int write, uint32_t offset, uint32_t* data, uint64_t cycles_max) {
        return of(model).bus(write, offset, data, cycles_max);
    },
    outcome,
    [](void* model) { of(model).forget(); },
    [](const void* model) { return of(model).cycle; },
    [](const void* model) { return of(model).waiting(); },
    [](const void* model) { return of(model).fault.c_str(); },
};
