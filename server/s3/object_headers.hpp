#pragma once

#include <string_view>

#include "common/result.hpp"
#include "s3-sink/object_store.hpp"
#include "server/http/message.hpp"

namespace rivulet::s3 {

/// What a write's headers ask to be kept with the object: content type and the other system headers, user metadata,
/// storage class. A Content-Encoding is kept without `aws-chunked`.
/// Errors: s3_metadata_too_large, s3_invalid_storage_class; s3_not_implemented for a storage class that must be
/// restored before it is read.
Result<Attributes> attributes_of(const http::Fields& headers);

/// Refuses headers that ask for what this server does not do, instead of ignoring them.
/// Errors: s3_not_implemented, naming the header.
Result<void> refuse_unsupported(const http::Fields& headers);

/// Sets the headers that show an object: ETag, Last-Modified, its attributes. Checksums only if `with_checksums`.
void show_object(http::Fields& headers, const ObjectInfo& object, bool with_checksums);

/// Sets the headers that confirm a write: ETag, encryption, the checksum that was verified.
void show_stored(http::Fields& headers, const ObjectInfo& object);

/// An attribute's value, or an empty text.
std::string_view find_attribute(const ObjectInfo& object, std::string_view name);

/// STANDARD unless the object says otherwise.
std::string_view storage_class_of(const ObjectInfo& object);

/// The name of the algorithm of the checksum kept with an object, such as CRC32; empty if there is none.
std::string_view checksum_algorithm_of(const ObjectInfo& object);

}  // namespace rivulet::s3
