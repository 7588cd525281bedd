#include "common/random.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "common/hex.hpp"

namespace rivulet {

namespace {

void fill_from_generator(std::span<std::byte> bytes) {
    // OpenSSL fails here only when the machine has no entropy source at all: nothing safe can be done without one.
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1) std::abort();
}

/// Random bytes of one thread in reserve. Asking the generator costs much the same for a few bytes as for many, and
/// every answer needs a few.
class Reserve {
public:
    static constexpr std::size_t most = 256;

    void take(std::span<std::byte> bytes) {
        if (bytes.size() > bytes_.size() - used_) {
            fill_from_generator(bytes_);
            used_ = 0;
        }
        const auto taken = std::span(bytes_).subspan(used_, bytes.size());
        std::ranges::copy(taken, bytes.begin());
        std::ranges::fill(taken, std::byte{0});
        used_ += bytes.size();
    }

private:
    std::array<std::byte, 4096> bytes_{};
    std::size_t used_ = sizeof bytes_;
};

}  // namespace

void SystemRandom::fill(std::span<std::byte> bytes) {
    thread_local Reserve reserve;
    if (bytes.size() > Reserve::most) return fill_from_generator(bytes);
    reserve.take(bytes);
}

void SeededRandom::fill(std::span<std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    for (auto& byte : bytes) byte = static_cast<std::byte>(engine_() & 0xff);
}

std::string random_bytes(Random& random, std::size_t length) {
    std::string bytes(length, '\0');
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

std::string random_uuid(Random& random) {
    auto bytes = random_bytes(random, 16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    auto text = hex_encode(bytes);
    for (const std::size_t dash : {20, 16, 12, 8}) text.insert(dash, 1, '-');
    return text;
}

}  // namespace rivulet
