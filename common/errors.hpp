#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rivulet {

/// Every error the server can answer, once. The name on the wire and the HTTP status of a code come from one table
/// (errors.cpp); the same wire name may stand for two codes where two services give it different statuses.
///
/// Sources: the `errors` of each operation in the public service models, and the services' "Common Errors" pages.
enum class ErrorCode : std::uint8_t {
    // Common to the JSON services.
    access_denied,
    incomplete_signature,
    internal_failure,
    invalid_signature,
    missing_authentication_token,
    request_entity_too_large,
    serialization,
    unknown_operation,
    unrecognized_client,
    validation,
    // Kinesis Data Streams.
    expired_iterator,
    expired_next_token,
    invalid_argument,
    kms_not_found,
    limit_exceeded,
    provisioned_throughput_exceeded,
    resource_in_use,
    resource_not_found,
    // Lambda. Its own names have statuses of their own.
    function_failed,
    lambda_invalid_parameter_value,
    lambda_resource_conflict,
    lambda_resource_not_found,
    // S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
    s3_access_denied,
    s3_authorization_header_malformed,
    s3_authorization_query_parameters_error,
    s3_bad_digest,
    s3_bucket_already_exists,
    s3_bucket_already_owned_by_you,
    s3_bucket_not_empty,
    s3_content_sha256_mismatch,
    s3_entity_too_large,
    s3_illegal_location_constraint,
    s3_incomplete_body,
    s3_internal_error,
    s3_invalid_access_key_id,
    s3_invalid_argument,
    s3_invalid_bucket_name,
    s3_invalid_digest,
    s3_invalid_location_constraint,
    s3_invalid_range,
    s3_invalid_request,
    s3_invalid_storage_class,
    s3_invalid_token,
    s3_invalid_uri,
    s3_key_too_long,
    s3_malformed_trailer,
    s3_malformed_xml,
    s3_metadata_too_large,
    s3_method_not_allowed,
    s3_missing_content_length,
    s3_no_such_bucket,
    s3_no_such_key,
    s3_not_implemented,
    s3_not_modified,
    s3_precondition_failed,
    s3_request_time_too_skewed,
    s3_signature_does_not_match,
    s3_slow_down,
    // The server's own: never on the wire of an AWS service.
    bad_request,
    configuration,
    io_failure,
    not_found,
};

/// What an error code is called by clients, and the HTTP status it travels with.
struct ErrorKind {
    std::string_view name;
    unsigned status;
};

/// The wire name and HTTP status of `code`.
ErrorKind kind_of(ErrorCode code);

/// A refused request or a failed step: a code that programs match on and a sentence that people read.
struct Error {
    ErrorCode code = ErrorCode::internal_failure;
    std::string message;

    Error() = default;
    Error(ErrorCode error_code, std::string text) : code(error_code), message(std::move(text)) {}
};

}  // namespace rivulet
