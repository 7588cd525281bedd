#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <span>
#include <string>

namespace rivulet {

/// The only source of chance, so that tests can repeat what it decided.
///
/// Thread safety: every member may be called from any thread.
class Random {
public:
    virtual ~Random() = default;

    /// Fills `bytes` with random bytes.
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// Cryptographically strong bytes from OpenSSL.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> bytes) override;
};

/// The same bytes for the same seed; for tests alone.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
    void fill(std::span<std::byte> bytes) override;

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

/// `length` random bytes as a string.
std::string random_bytes(Random& random, std::size_t length);

/// A random (version 4) UUID in its usual lower-case form (RFC 9562, section 5.4).
std::string random_uuid(Random& random);

}  // namespace rivulet
