#include "common/hashing.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <memory>

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

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

// A context for each thread: making one costs more than a short text's digest.
EVP_MD_CTX* digest_context() {
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                       &EVP_MD_CTX_free);
    return context.get();
}

std::string_view digest_into(Digest& out, const EVP_MD* algorithm, std::string_view bytes) {
    unsigned size = 0;
    EVP_MD_CTX* const context = digest_context();
    EVP_DigestInit_ex2(context, algorithm, nullptr);
    EVP_DigestUpdate(context, bytes.data(), bytes.size());
    EVP_DigestFinal_ex(context, out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
    Digest out;
    return std::string(digest_into(out, algorithm, bytes));
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
    Digest out;
    return uint128_from_big_endian(digest_into(out, md5_algorithm(), partition_key));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rivulet
