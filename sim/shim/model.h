// What does a model of the card look like from outside? One table of functions per model.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// One frame: sent, with the cycles in which its first and last beat were taken, or received, with
// those in which they came out. `offset` is that of its bytes; 0 for a frame that was sent.
typedef struct {
    uint64_t first_cycle;
    uint64_t last_cycle;
    uint64_t offset;
    uint32_t bytes;
    uint32_t port;
} model_frame;

// What came out since the last model_forget; pointers hold until the next call.
typedef struct {
    const model_frame* sent;
    size_t sent_count;
    const model_frame* received;
    size_t received_count;
    const uint8_t* bytes;
    size_t bytes_count;
    const uint32_t* explains;  // model_ops.explain_dwords each
    const uint64_t* explain_cycles;
    size_t explain_count;
} model_outcome;

// Why a call came back.
enum {
    MODEL_QUIET = 0,    // everything was sent, and nothing has come out for a while
    MODEL_CYCLES = 1,   // as many cycles as allowed have passed
    MODEL_ANSWERED = 2, // the register access was answered
    MODEL_FAULT = 3,    // the model broke a rule: see model_ops.fault
};

typedef struct {
    uint32_t width_bits;
    uint32_t explain_dwords;
    // Every bit that the design does not set is random by this seed.
    void* (*create)(uint32_t seed);
    void (*destroy)(void* model);
    // Hold reset for some clocks; frames on their way are lost.
    void (*reset)(void* model, uint32_t cycles);
    // Per mille of clocks in which a port's sender pauses, its receiver is not ready.
    void (*pauses)(void* model, uint32_t port, uint32_t idle, uint32_t stall);
    // Queue a frame of at least one byte.
    void (*send)(void* model, uint32_t port, const uint8_t* frame, size_t bytes);
    int (*run)(void* model, uint64_t cycles_max, uint64_t quiet_cycles);
    // One register access; frames go on meanwhile. Reads into, or writes from, `data`.
    int (*bus)(void* model, int write, uint32_t offset, uint32_t* data, uint64_t cycles_max);
    void (*outcome)(const void* model, model_outcome* outcome);
    void (*forget)(void* model);
    uint64_t (*cycles)(const void* model);
    // Bytes queued that the card has not taken.
    uint64_t (*waiting)(const void* model);
    // Which rule the model broke.
    const char* (*fault)(const void* model);
} model_ops;

#ifdef __cplusplus
}
#endif
