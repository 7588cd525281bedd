#include "common/hashing.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace rivulet {

namespace {

// Fetching an algorithm walks OpenSSL's provider tables under a lock; once a process is enough.
const EVP_MD* md5_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
    return algorithm;
}

const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr);
    return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string md5(std::string_view bytes) {
    return digest(md5_algorithm(), bytes);
}

std::string sha256(std::string_view bytes) {
    return digest(sha256_algorithm(), bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
}

uint128 hash_key_of(std::string_view partition_key) {
    return uint128_from_big_endian(md5(partition_key));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rivulet
