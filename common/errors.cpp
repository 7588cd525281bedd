#include "common/errors.hpp"

namespace rivulet {

ErrorKind kind_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::access_denied: return {"AccessDeniedException", 400};
        case ErrorCode::incomplete_signature: return {"IncompleteSignatureException", 400};
        case ErrorCode::internal_failure: return {"InternalFailure", 500};
        case ErrorCode::invalid_signature: return {"InvalidSignatureException", 400};
        case ErrorCode::missing_authentication_token: return {"MissingAuthenticationTokenException", 400};
        case ErrorCode::request_entity_too_large: return {"RequestEntityTooLarge", 413};
        case ErrorCode::serialization: return {"SerializationException", 400};
        case ErrorCode::unknown_operation: return {"UnknownOperationException", 400};
        case ErrorCode::unrecognized_client: return {"UnrecognizedClientException", 400};
        case ErrorCode::validation: return {"ValidationException", 400};

        case ErrorCode::expired_iterator: return {"ExpiredIteratorException", 400};
        case ErrorCode::expired_next_token: return {"ExpiredNextTokenException", 400};
        case ErrorCode::invalid_argument: return {"InvalidArgumentException", 400};
        case ErrorCode::kms_not_found: return {"KMSNotFoundException", 400};
        case ErrorCode::limit_exceeded: return {"LimitExceededException", 400};
        case ErrorCode::provisioned_throughput_exceeded: return {"ProvisionedThroughputExceededException", 400};
        case ErrorCode::resource_in_use: return {"ResourceInUseException", 400};
        case ErrorCode::resource_not_found: return {"ResourceNotFoundException", 400};

        case ErrorCode::function_failed: return {"FunctionError", 200};
        case ErrorCode::lambda_invalid_parameter_value: return {"InvalidParameterValueException", 400};
        case ErrorCode::lambda_resource_conflict: return {"ResourceConflictException", 409};
        case ErrorCode::lambda_resource_not_found: return {"ResourceNotFoundException", 404};

        case ErrorCode::s3_access_denied: return {"AccessDenied", 403};
        case ErrorCode::s3_authorization_header_malformed: return {"AuthorizationHeaderMalformed", 400};
        case ErrorCode::s3_authorization_query_parameters_error: return {"AuthorizationQueryParametersError", 400};
        case ErrorCode::s3_bad_digest: return {"BadDigest", 400};
        case ErrorCode::s3_bucket_already_exists: return {"BucketAlreadyExists", 409};
        case ErrorCode::s3_bucket_already_owned_by_you: return {"BucketAlreadyOwnedByYou", 409};
        case ErrorCode::s3_bucket_not_empty: return {"BucketNotEmpty", 409};
        case ErrorCode::s3_content_sha256_mismatch: return {"XAmzContentSHA256Mismatch", 400};
        case ErrorCode::s3_entity_too_large: return {"EntityTooLarge", 400};
        case ErrorCode::s3_illegal_location_constraint: return {"IllegalLocationConstraintException", 400};
        case ErrorCode::s3_incomplete_body: return {"IncompleteBody", 400};
        case ErrorCode::s3_internal_error: return {"InternalError", 500};
        case ErrorCode::s3_invalid_access_key_id: return {"InvalidAccessKeyId", 403};
        case ErrorCode::s3_invalid_argument: return {"InvalidArgument", 400};
        case ErrorCode::s3_invalid_bucket_name: return {"InvalidBucketName", 400};
        case ErrorCode::s3_invalid_digest: return {"InvalidDigest", 400};
        case ErrorCode::s3_invalid_location_constraint: return {"InvalidLocationConstraint", 400};
        case ErrorCode::s3_invalid_range: return {"InvalidRange", 416};
        case ErrorCode::s3_invalid_request: return {"InvalidRequest", 400};
        case ErrorCode::s3_invalid_storage_class: return {"InvalidStorageClass", 400};
        case ErrorCode::s3_invalid_token: return {"InvalidToken", 400};
        case ErrorCode::s3_invalid_uri: return {"InvalidURI", 400};
        case ErrorCode::s3_key_too_long: return {"KeyTooLongError", 400};
        case ErrorCode::s3_malformed_trailer: return {"MalformedTrailerError", 400};
        case ErrorCode::s3_malformed_xml: return {"MalformedXML", 400};
        case ErrorCode::s3_metadata_too_large: return {"MetadataTooLarge", 400};
        case ErrorCode::s3_method_not_allowed: return {"MethodNotAllowed", 405};
        case ErrorCode::s3_missing_content_length: return {"MissingContentLength", 411};
        case ErrorCode::s3_no_such_bucket: return {"NoSuchBucket", 404};
        case ErrorCode::s3_no_such_key: return {"NoSuchKey", 404};
        case ErrorCode::s3_not_implemented: return {"NotImplemented", 501};
        case ErrorCode::s3_not_modified: return {"NotModified", 304};
        case ErrorCode::s3_precondition_failed: return {"PreconditionFailed", 412};
        case ErrorCode::s3_request_time_too_skewed: return {"RequestTimeTooSkewed", 403};
        case ErrorCode::s3_signature_does_not_match: return {"SignatureDoesNotMatch", 403};
        case ErrorCode::s3_slow_down: return {"SlowDown", 503};

        case ErrorCode::bad_request: return {"BadRequest", 400};
        case ErrorCode::configuration: return {"ConfigurationError", 500};
        case ErrorCode::io_failure: return {"IoFailure", 500};
        case ErrorCode::not_found: return {"NotFound", 404};
    }
    return {"InternalFailure", 500};
}

}  // namespace rivulet
