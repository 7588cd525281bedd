#pragma once

#include <chrono>
#include <cstddef>

#include "common/limits.hpp"

namespace rivulet::http {

/// How long a peer is still waited for while it sends a body: each `limits::min_body_progress_bytes` may take a given
/// time. Only time that is spent waiting for the peer counts, so that a slow reader is not held against it.
class Patience {
public:
    using Duration = std::chrono::steady_clock::duration;

    explicit Patience(Duration whole) : whole_(whole), left_(whole) {}

    /// Zero or less: the peer has been waited for long enough.
    Duration left() const { return left_; }

    /// `waited` for the peer, which sent `bytes`.
    void spend(Duration waited, std::size_t bytes) {
        left_ -= waited;
        received_ += bytes;
        if (received_ < limits::min_body_progress_bytes) return;
        received_ = 0;
        left_ = whole_;
    }

private:
    Duration whole_;
    Duration left_;
    std::size_t received_ = 0;
};

}  // namespace rivulet::http
