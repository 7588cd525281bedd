#pragma once

#include <cstddef>
#include <cstdint>

namespace rivulet {

/// The CRC-32C (RFC 3720, appendix B.4) of some bytes that follow others, whose checksum is `crc` (0 for none), by the
/// processor's instruction for it; by RocksDB's own tables where there is none.
///
/// The distributions build RocksDB for any x86-64, so that its checksums, which every byte of the log goes through, run
/// by table at a tenth of this one's pace. The linker lets RocksDB call this instead (`--wrap`, CMakeLists.txt).
std::uint32_t crc32c(std::uint32_t crc, const char* bytes, std::size_t size);

}  // namespace rivulet
