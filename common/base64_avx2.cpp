#include "common/base64_avx2.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rivulet::detail {

#if defined(__x86_64__)

namespace {

// What the functions below read or write beyond the groups they account for.
constexpr std::size_t encode_overread = 4;
constexpr std::size_t decode_overwrite = 8;
constexpr std::size_t digits_of_overwrite = 16;
static_assert(digits_of_overwrite / 4 * 3 >= decode_overwrite);

}  // namespace

bool has_base64_avx2() {
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}

__attribute__((target("avx2"))) Base64Progress base64_encode_avx2(const char* in, std::size_t size, char* out) {
    const __m256i spread =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    const __m256i offsets = _mm256_broadcastsi128_si256(_mm_setr_epi8('A', 'a' - 26, '0' - 52, '0' - 52, '0' - 52,
                                                                      '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                                                      '0' - 52, '0' - 52, '+' - 62, '/' - 63, 0, 0));
    Base64Progress done;
    for (; size - done.read >= 24 + encode_overread; done.read += 24, done.written += 32) {
        const auto* const from = reinterpret_cast<const __m128i*>(in + done.read);
        const auto* const next = reinterpret_cast<const __m128i*>(in + done.read + 12);
        const __m256i bytes = _mm256_set_m128i(_mm_loadu_si128(next), _mm_loadu_si128(from));
        const __m256i groups = _mm256_shuffle_epi8(bytes, spread);
        // Each group's four digits into bytes of their own: two move down by a high product, two up by a low one.
        const __m256i down =
            _mm256_mulhi_epu16(_mm256_and_si256(groups, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
        const __m256i up =
            _mm256_mullo_epi16(_mm256_and_si256(groups, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
        const __m256i digits = _mm256_or_si256(down, up);
        // The alphabet's ranges have an offset each: 0 for A-Z, 1 for a-z, 2 to 11 for 0-9, 12 for + and 13 for /.
        const __m256i beyond_capitals = _mm256_cmpgt_epi8(digits, _mm256_set1_epi8(25));
        const __m256i range = _mm256_sub_epi8(_mm256_subs_epu8(digits, _mm256_set1_epi8(51)), beyond_capitals);
        const __m256i text = _mm256_add_epi8(digits, _mm256_shuffle_epi8(offsets, range));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + done.written), text);
    }
    return done;
}

__attribute__((target("avx2"))) Base64Progress base64_decode_avx2(const char* in, std::size_t size, char* out) {
    // A character is a digit if what its two halves stand for in these tables have no bit in common.
    const __m256i by_low = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a));
    const __m256i by_high = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
    const __m256i offsets = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i gather =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    const __m256i slash = _mm256_set1_epi8('/');
    Base64Progress done;
    for (; size - done.read >= 32 + digits_of_overwrite; done.read += 32, done.written += 24) {
        const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + done.read));
        const __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), slash);
        const __m256i low = _mm256_and_si256(text, slash);
        if (!_mm256_testz_si256(_mm256_shuffle_epi8(by_low, low), _mm256_shuffle_epi8(by_high, high))) break;
        // `/` shares its upper half with `+`: it is told apart to have an offset of its own.
        const __m256i range = _mm256_add_epi8(_mm256_cmpeq_epi8(text, slash), high);
        const __m256i digits = _mm256_add_epi8(text, _mm256_shuffle_epi8(offsets, range));
        const __m256i pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi32(0x01400140));
        const __m256i groups = _mm256_shuffle_epi8(_mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000)), gather);
        const __m256i bytes = _mm256_permutevar8x32_epi32(groups, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + done.written), bytes);
    }
    return done;
}

#else

bool has_base64_avx2() {
    return false;
}

Base64Progress base64_encode_avx2(const char*, std::size_t, char*) {
    return {};
}

Base64Progress base64_decode_avx2(const char*, std::size_t, char*) {
    return {};
}

#endif

}  // namespace rivulet::detail
