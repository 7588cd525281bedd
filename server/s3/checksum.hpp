#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rivulet::s3 {

/// A checksum of bytes that come in pieces.
class Checksum {
public:
    virtual ~Checksum() = default;
    virtual void update(std::string_view bytes) = 0;
    /// The checksum's bytes, the most significant first; nothing can be added after this.
    virtual std::string finish() = 0;
};

/// A way to sum up an object that clients may ask to be verified and kept
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
struct ChecksumAlgorithm {
    std::string_view name;    ///< as in `x-amz-sdk-checksum-algorithm`, such as CRC32C
    std::string_view header;  ///< such as x-amz-checksum-crc32c
    std::size_t bytes;        ///< of a checksum
    std::unique_ptr<Checksum> (*make)();
};

/// All that this server can verify. MD5 is not among them as an additional checksum; Content-MD5 is another header.
std::span<const ChecksumAlgorithm> checksum_algorithms();

/// The algorithm of that name or header, regardless of case; null if there is none.
const ChecksumAlgorithm* find_checksum_algorithm(std::string_view name_or_header);

/// A message digest of OpenSSL's by its name, such as MD5 or SHA256.
std::unique_ptr<Checksum> make_digest(const char* name);

}  // namespace rivulet::s3
