#include "server/kinesis/sealed_token.hpp"

#include <openssl/evp.h>

#include "common/base64.hpp"
#include "common/hashing.hpp"

namespace rivulet::kinesis {

namespace {

constexpr std::string_view version("\0\0\0\0\0\0\0\1", 8);
constexpr std::size_t block_bytes = 16;
constexpr std::size_t tag_bytes = 32;
constexpr std::size_t min_sealed_bytes = 144;
constexpr std::string_view secret_table = "secret";
constexpr std::string_view secret_key = "token";

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// AES-256-CBC with PKCS #7 padding, in either direction; nothing if the padding is broken.
std::optional<std::string> cipher(bool encrypt, std::string_view key, std::string_view iv, std::string_view input) {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free);
    EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes_of(key), bytes_of(iv), encrypt ? 1 : 0);
    std::string output(input.size() + block_bytes, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(output.data());
    int first = 0;
    int last = 0;
    EVP_CipherUpdate(context.get(), out, &first, bytes_of(input), static_cast<int>(input.size()));
    if (EVP_CipherFinal_ex(context.get(), out + first, &last) != 1) return std::nullopt;
    output.resize(static_cast<std::size_t>(first + last));
    return output;
}

}  // namespace

TokenSealer::TokenSealer(std::string_view secret)
    : encryption_key_(hmac_sha256(secret, "encryption")), authentication_key_(hmac_sha256(secret, "authentication")) {}

std::string TokenSealer::seal(std::string_view plain, Random& random) const {
    // The length goes first, so that filling a short text up to the service's least size can be undone.
    std::string padded = std::to_string(plain.size()) + ':' + std::string(plain);
    constexpr std::size_t least = min_sealed_bytes - block_bytes - tag_bytes - 1;
    if (padded.size() < least) padded.resize(least, '\0');
    const std::string iv = random_bytes(random, block_bytes);
    std::string sealed = iv + *cipher(true, encryption_key_, iv, padded);
    sealed += hmac_sha256(authentication_key_, sealed);
    return base64_encode(std::string(version) + sealed);
}

std::optional<std::string> TokenSealer::open(std::string_view token) const {
    std::string bytes;
    if (base64_decode(token, bytes).kind != Base64Fault::Kind::none) return std::nullopt;
    if (!bytes.starts_with(version)) return std::nullopt;
    const auto sealed = std::string_view(bytes).substr(version.size());
    if (sealed.size() < min_sealed_bytes || sealed.size() % block_bytes != 0) return std::nullopt;
    const auto signed_part = sealed.substr(0, sealed.size() - tag_bytes);
    if (!equal_in_constant_time(hmac_sha256(authentication_key_, signed_part), sealed.substr(signed_part.size()))) {
        return std::nullopt;
    }
    const auto padded =
        cipher(false, encryption_key_, signed_part.substr(0, block_bytes), signed_part.substr(block_bytes));
    if (!padded) return std::nullopt;
    const auto colon = padded->find(':');
    return padded->substr(colon + 1, std::stoul(*padded));
}

boost::asio::awaitable<Result<std::string>> load_token_secret(Store& store, Random& random) {
    const auto rows = store.catalog().load_rows(secret_table);
    if (!rows) co_return rows.error();
    for (const auto& [key, secret] : *rows) {
        if (key == secret_key) co_return secret;
    }
    std::string secret = random_bytes(random, 32);
    const auto written = co_await store.catalog().transact([&](Catalog::Transaction& transaction) -> Result<void> {
        transaction.put_row(secret_table, secret_key, secret, [] {});
        return {};
    });
    if (!written) co_return written.error();
    co_return secret;
}

std::string join_fields(const std::vector<std::string>& fields) {
    std::string text;
    for (const auto& field : fields) text += (&field == &fields.front() ? "" : std::string(1, '\0')) + field;
    return text;
}

std::vector<std::string> split_fields(std::string_view text) {
    std::vector<std::string> fields;
    while (true) {
        const auto end = text.find('\0');
        fields.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return fields;
        text.remove_prefix(end + 1);
    }
}

}  // namespace rivulet::kinesis
