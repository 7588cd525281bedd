#include "server/s3/checksum.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/endian/conversion.hpp>
#include <cctype>
#include <cstdint>
#include <cstring>

#include "common/crc.hpp"

namespace rivulet::s3 {

namespace {

/// A CRC, as all of S3's are: in big-endian bytes.
template <class Crc>
class CrcChecksum final : public Checksum {
public:
    void update(std::string_view bytes) override { crc_.update(bytes); }

    std::string finish() override {
        const auto value = boost::endian::native_to_big(crc_.value());
        std::string bytes(sizeof value, '\0');
        std::memcpy(bytes.data(), &value, sizeof value);
        return bytes;
    }

private:
    Crc crc_;
};

class Digest final : public Checksum {
public:
    explicit Digest(const char* name) : context_(EVP_MD_CTX_new()) {
        EVP_DigestInit_ex(context_, EVP_get_digestbyname(name), nullptr);
    }
    ~Digest() override { EVP_MD_CTX_free(context_); }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;

    void update(std::string_view bytes) override { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }

    std::string finish() override {
        std::array<unsigned char, EVP_MAX_MD_SIZE> out;
        unsigned size = 0;
        EVP_DigestFinal_ex(context_, out.data(), &size);
        return {reinterpret_cast<const char*>(out.data()), size};
    }

private:
    EVP_MD_CTX* context_;
};

template <class Crc>
std::unique_ptr<Checksum> make_crc() {
    return std::make_unique<CrcChecksum<Crc>>();
}

// Reflected polynomials; the NVMe one is of the NVM Express NVM Command Set Specification, section 5.2.1.3.4.
constexpr std::array<ChecksumAlgorithm, 6> algorithms = {{
    {"CRC32", "x-amz-checksum-crc32", 4, make_crc<Crc32>},
    {"CRC32C", "x-amz-checksum-crc32c", 4, make_crc<Crc<std::uint32_t, 0x82f63b78>>},
    {"CRC64NVME", "x-amz-checksum-crc64nvme", 8, make_crc<Crc<std::uint64_t, 0x9a6c9329ac4bc9b5>>},
    {"SHA1", "x-amz-checksum-sha1", 20, [] { return make_digest("SHA1"); }},
    {"SHA256", "x-amz-checksum-sha256", 32, [] { return make_digest("SHA256"); }},
    {"SHA512", "x-amz-checksum-sha512", 64, [] { return make_digest("SHA512"); }},
}};

bool equal_but_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::span<const ChecksumAlgorithm> checksum_algorithms() {
    return algorithms;
}

const ChecksumAlgorithm* find_checksum_algorithm(std::string_view name_or_header) {
    for (const auto& algorithm : algorithms) {
        if (equal_but_case(algorithm.name, name_or_header) || equal_but_case(algorithm.header, name_or_header)) {
            return &algorithm;
        }
    }
    return nullptr;
}

std::unique_ptr<Checksum> make_digest(const char* name) {
    return std::make_unique<Digest>(name);
}

}  // namespace rivulet::s3
