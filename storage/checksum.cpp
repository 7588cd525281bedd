#include "storage/checksum.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

// What the linker calls RocksDB's own function, and what RocksDB calls in its place.
std::uint32_t crc32c_by_table(std::uint32_t crc, const char* bytes,
                              std::size_t size) asm("__real__ZN7rocksdb6crc32c6ExtendEjPKcm");
std::uint32_t crc32c_for_rocksdb(std::uint32_t crc, const char* bytes,
                                 std::size_t size) asm("__wrap__ZN7rocksdb6crc32c6ExtendEjPKcm");

namespace rivulet {

namespace {

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t crc, const char* bytes,
                                                                      std::size_t size) {
    std::uint64_t state = crc ^ 0xffff'ffffU;
    for (; size >= 8; bytes += 8, size -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, 8);
        state = _mm_crc32_u64(state, word);
    }
    auto rest = static_cast<std::uint32_t>(state);
    for (; size > 0; ++bytes, --size) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(*bytes));
    return rest ^ 0xffff'ffffU;
}

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, const char* bytes, std::size_t size) {
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    return has_instruction ? crc32c_by_instruction(crc, bytes, size) : crc32c_by_table(crc, bytes, size);
}

}  // namespace rivulet

std::uint32_t crc32c_for_rocksdb(std::uint32_t crc, const char* bytes, std::size_t size) {
    return rivulet::crc32c(crc, bytes, size);
}

#else

std::uint32_t crc32c_of_rocksdb(std::uint32_t crc, const char* bytes,
                                std::size_t size) asm("_ZN7rocksdb6crc32c6ExtendEjPKcm");

std::uint32_t rivulet::crc32c(std::uint32_t crc, const char* bytes, std::size_t size) {
    return crc32c_of_rocksdb(crc, bytes, size);
}

#endif
