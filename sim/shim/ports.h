// How do frames become beats, and beats frames?
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

#include "model.h"

// The generator xorshift64 (Marsaglia).
struct Random {
    uint64_t state = 0x9e3779b97f4a7c15;
    bool per_mille(uint32_t chance) {
        if (chance == 0) return false;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return (state >> 32) % 1000 < chance;
    }
};

// Frames that wait to be sent, and the one that is half sent. BYTES to a beat.
template <size_t BYTES>
class Sender {
    std::vector<uint8_t> queue_;  // per frame: length in 4 bytes, bytes padded to whole beats
    size_t head_ = 0;             // of the frame that is being sent
    uint32_t length_ = 0, at_ = 0;
    uint64_t first_cycle_ = 0;
    bool valid_ = false;

public:
    uint64_t waiting = 0;

    void queue(const uint8_t* frame, uint32_t bytes) {
        const size_t at = queue_.size();
        queue_.resize(at + 4 + (bytes + BYTES - 1) / BYTES * BYTES);
        std::memcpy(&queue_[at], &bytes, 4);
        std::memcpy(&queue_[at + 4], frame, bytes);
        waiting += bytes;
    }

    // A reset takes away what is half sent.
    void drop_all() {
        queue_.clear();
        head_ = 0, at_ = 0, waiting = 0;
        valid_ = false;
    }

    // Put the next beat on the pins, unless there is one: a valid beat stays until it is taken.
    template <typename Pins>
    void drive(Pins& pins, Random& random, uint32_t idle) {
        if (valid_ || waiting == 0 || random.per_mille(idle)) {
            *pins.s_tvalid = valid_;
            return;
        }
        if (at_ == 0) std::memcpy(&length_, &queue_[head_], 4);
        const uint32_t left = length_ - at_;
        std::memcpy(pins.s_tdata, &queue_[head_ + 4 + at_], BYTES);
        *pins.s_tlast = left <= BYTES;
        *pins.s_tkeep = left >= BYTES ? ~uint64_t{0} >> (64 - BYTES) : (uint64_t{1} << left) - 1;
        *pins.s_tvalid = valid_ = true;
    }

    // Between the edges: was the beat taken?
    template <typename Pins>
    bool sample(const Pins& pins, uint64_t cycle, uint32_t port, std::vector<model_frame>& sent) {
        if (!valid_ || !*pins.s_tready) return false;
        valid_ = false;
        if (at_ == 0) first_cycle_ = cycle;
        at_ += BYTES;
        if (at_ < length_) return true;
        sent.push_back({first_cycle_, cycle, 0, length_, port});
        waiting -= length_;
        head_ += 4 + (length_ + BYTES - 1) / BYTES * BYTES;
        at_ = 0;
        if (head_ == queue_.size()) {
            queue_.clear();
            head_ = 0;
        } else if (head_ > (size_t{1} << 20)) {
            queue_.erase(queue_.begin(), queue_.begin() + head_);
            head_ = 0;
        }
        return true;
    }
};

// The frame that is half received. Holds the card to the rules of AXI4-Stream.
template <size_t BYTES>
class Receiver {
    std::vector<uint8_t> frame_;
    uint64_t first_cycle_ = 0;
    bool stalled_ = false;
    uint8_t held_data_[BYTES];
    uint64_t held_keep_ = 0;
    bool held_last_ = false;

public:
    void drop_all() {
        frame_.clear();
        stalled_ = false;
    }

    // Between the edges: what came? Gives the rule that was broken, if one was.
    template <typename Pins>
    const char* sample(const Pins& pins, uint64_t cycle, uint32_t port,
                       std::vector<model_frame>& received, std::vector<uint8_t>& bytes,
                       bool& active) {
        const bool valid = *pins.m_tvalid;
        if (!valid) return stalled_ ? "m_tvalid fell before m_tready rose" : nullptr;
        active = true;
        const uint64_t keep = *pins.m_tkeep, all = ~uint64_t{0} >> (64 - BYTES);
        const bool last = *pins.m_tlast;
        if (stalled_ && (std::memcmp(held_data_, pins.m_tdata, BYTES) != 0 ||
                         keep != held_keep_ || last != held_last_))
            return "a beat changed before m_tready rose";
        stalled_ = !*pins.m_tready;
        if (stalled_) {
            std::memcpy(held_data_, pins.m_tdata, BYTES);
            held_keep_ = keep, held_last_ = last;
            return nullptr;
        }
        if (keep == 0 || (keep & (keep + 1)) != 0 || (!last && keep != all))
            return "m_tkeep has holes";
        const auto* data = reinterpret_cast<const uint8_t*>(pins.m_tdata);
        if (frame_.empty()) first_cycle_ = cycle;
        frame_.insert(frame_.end(), data, data + __builtin_popcountll(keep));
        if (last) {
            const auto length = static_cast<uint32_t>(frame_.size());
            received.push_back({first_cycle_, cycle, bytes.size(), length, port});
            bytes.insert(bytes.end(), frame_.begin(), frame_.end());
            frame_.clear();
        }
        return nullptr;
    }
};
