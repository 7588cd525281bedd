#pragma once

#include <cstddef>

/// Base64 by 256-bit vectors, where the processor has them (W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding
/// using AVX2 Instructions", 2018). Both do the front of their input and leave the rest, and all that is out of the
/// ordinary, to the caller.
namespace rivulet::detail {

/// How much was done: bytes of the input and of the output.
struct Base64Progress {
    std::size_t read = 0;
    std::size_t written = 0;
};

/// Whether this processor can run the two functions below.
bool has_base64_avx2();

/// Encodes whole groups of `size` bytes at `in` to `out`, which has room for all of them.
Base64Progress base64_encode_avx2(const char* in, std::size_t size, char* out);

/// Decodes digits, without padding, up to the first block of 32 that holds something else. `out` has room for what all
/// of them decode to.
Base64Progress base64_decode_avx2(const char* in, std::size_t size, char* out);

}  // namespace rivulet::detail
