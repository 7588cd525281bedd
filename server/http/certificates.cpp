#include "server/http/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <memory>

namespace rivulet::http {

namespace {

using std::chrono::days;

constexpr days authority_days{3650};
// Apple's and others' limit for a server's certificate is 398 days.
constexpr days server_days{397};
// A client whose clock is behind would take a new certificate for one that does not hold yet.
constexpr days before_now{1};
constexpr std::size_t serial_bytes = 16;  // at most 20 (RFC 5280, section 4.1.2.2)
constexpr long version_3 = 2;
constexpr std::size_t max_dns_name_bytes = 253;

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Serial = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

/// Takes what OpenSSL has to say about a failure, and leaves its list of errors empty.
Error failed(std::string_view what) {
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    return {ErrorCode::internal_failure, std::string(what) + ": " + reason.data()};
}

Bio reader(const std::string& pem) {
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string text_of(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

Certificate read_certificate(const std::string& pem) {
    Certificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate;
}

Key read_key(const std::string& pem) {
    // An empty password instead of a question on the terminal.
    char none[] = "";
    Key key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, nullptr, none));
    ERR_clear_error();
    return key;
}

bool write_pair(X509* certificate, EVP_PKEY* key, CertifiedKey& pair) {
    const Bio certificate_text(BIO_new(BIO_s_mem()));
    const Bio key_text(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1) return false;
    if (PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) return false;
    pair = {text_of(certificate_text), text_of(key_text)};
    return true;
}

bool add_name_entry(X509_NAME* name, const char* field, std::string_view value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
}

bool set_serial(X509* certificate, Random& random) {
    std::string bytes = random_bytes(random, serial_bytes);
    bytes[0] = static_cast<char>((bytes[0] & 0x3f) | 0x40);  // positive, and never shorter
    const Serial number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), serial_bytes, nullptr));
    return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, Timestamp now, days length) {
    const auto seconds = [](Timestamp time) { return std::chrono::system_clock::to_time_t(time); };
    return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(now - before_now)) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(now + length)) != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool is_address(std::string_view name) {
    boost::system::error_code fault;
    boost::asio::ip::make_address(std::string(name), fault);
    return !fault;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
    return result;
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        if (!text.empty()) text += ',';
        text += is_address(name) ? "IP:" : "DNS:";
        text += name;
    }
    return text;
}

/// Names in one form each, sorted.
std::vector<std::string> comparable(const std::vector<std::string>& names) {
    std::vector<std::string> result;
    for (const auto& name : names) {
        boost::system::error_code fault;
        const auto address = boost::asio::ip::make_address(name, fault);
        result.push_back(fault ? lower(name) : address.to_string());
    }
    std::ranges::sort(result);
    result.erase(std::ranges::unique(result).begin(), result.end());
    return result;
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
    const unsigned char* data = ASN1_STRING_get0_data(bytes);
    if (ASN1_STRING_length(bytes) == 4) {
        boost::asio::ip::address_v4::bytes_type raw;
        std::copy_n(data, raw.size(), raw.begin());
        return boost::asio::ip::address_v4(raw).to_string();
    }
    boost::asio::ip::address_v6::bytes_type raw{};
    if (ASN1_STRING_length(bytes) == 16) std::copy_n(data, raw.size(), raw.begin());
    return boost::asio::ip::address_v6(raw).to_string();
}

std::vector<std::string> names_of(X509* certificate) {
    std::vector<std::string> names;
    const Names list(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list.get(), i);
        if (name->type == GEN_DNS) {
            names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                               static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            names.push_back(address_text(name->d.iPAddress));
        }
    }
    return names;
}

}  // namespace

Result<CertifiedKey> make_authority(std::string_view label, Timestamp now, Random& random) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    X509* const certificate = made.get();
    X509_NAME* const name = certificate ? X509_get_subject_name(certificate) : nullptr;
    CertifiedKey pair;
    // The order is that of the fields; the key identifier needs the key.
    const bool done = key && name && X509_set_version(certificate, version_3) == 1 && set_serial(certificate, random) &&
                      set_validity(certificate, now, authority_days) && add_name_entry(name, "O", "Rivulet") &&
                      add_name_entry(name, "CN", "Rivulet local authority, " + std::string(label)) &&
                      X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key.get()) == 1 &&
                      add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                      add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                      add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
                      X509_sign(certificate, key.get(), EVP_sha256()) > 0 && write_pair(certificate, key.get(), pair);
    if (!done) return failed("A certificate authority cannot be made");
    return pair;
}

Result<CertifiedKey> make_server_certificate(const CertifiedKey& authority, const std::vector<std::string>& names,
                                             Timestamp now, Random& random) {
    const Certificate issuer = read_certificate(authority.certificate);
    const Key issuer_key = read_key(authority.key);
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made(X509_new());
    X509* const certificate = made.get();
    X509_NAME* const name = certificate ? X509_get_subject_name(certificate) : nullptr;
    CertifiedKey pair;
    const bool done = issuer && issuer_key && key && name && X509_set_version(certificate, version_3) == 1 &&
                      set_serial(certificate, random) && set_validity(certificate, now, server_days) &&
                      add_name_entry(name, "O", "Rivulet") && add_name_entry(name, "CN", "Rivulet") &&
                      X509_set_issuer_name(certificate, X509_get_subject_name(issuer.get())) == 1 &&
                      X509_set_pubkey(certificate, key.get()) == 1 &&
                      add_extension(certificate, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(certificate, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
                      add_extension(certificate, issuer.get(), NID_ext_key_usage, "serverAuth") &&
                      add_extension(certificate, issuer.get(), NID_subject_key_identifier, "hash") &&
                      add_extension(certificate, issuer.get(), NID_authority_key_identifier, "keyid:always") &&
                      add_extension(certificate, issuer.get(), NID_subject_alt_name, alternative_names(names)) &&
                      X509_sign(certificate, issuer_key.get(), EVP_sha256()) > 0 &&
                      write_pair(certificate, key.get(), pair);
    if (!done) return failed("A server certificate cannot be made");
    return pair;
}

bool is_usable(const CertifiedKey& pair, Timestamp until) {
    const Certificate certificate = read_certificate(pair.certificate);
    const Key key = read_key(pair.key);
    if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        return false;
    }
    std::time_t time = std::chrono::system_clock::to_time_t(until);
    return X509_cmp_time(X509_get0_notAfter(certificate.get()), &time) > 0;
}

bool is_issued_for(const std::string& certificate, const std::string& authority,
                   const std::vector<std::string>& names) {
    const Certificate issued = read_certificate(certificate);
    const Certificate issuer = read_certificate(authority);
    const bool vouched = issued && issuer && X509_verify(issued.get(), X509_get0_pubkey(issuer.get())) == 1;
    ERR_clear_error();
    return vouched && comparable(names_of(issued.get())) == comparable(names);
}

bool is_certifiable(std::string_view name) {
    if (is_address(name)) return true;
    if (name.starts_with("*.")) name.remove_prefix(2);
    if (name.empty() || name.size() > max_dns_name_bytes || name.front() == '.' || name.back() == '.') return false;
    if (name.find("..") != std::string_view::npos) return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    });
}

}  // namespace rivulet::http
