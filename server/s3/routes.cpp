#include "server/s3/routes.hpp"

#include <array>

namespace rivulet::s3 {

namespace {

// The requests of every operation:
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
constexpr std::array routes = std::to_array<Route>({
    {"GET", Level::service, "", "ListBuckets", list_buckets},
    {"PUT", Level::bucket, "", "CreateBucket", create_bucket},
    {"HEAD", Level::bucket, "", "HeadBucket", head_bucket},
    {"DELETE", Level::bucket, "", "DeleteBucket", delete_bucket},
    {"GET", Level::bucket, "", "ListObjects", list_objects},
    {"POST", Level::bucket, "", "PostObject", nullptr},
    {"GET", Level::bucket, "location", "GetBucketLocation", get_bucket_location},
    {"POST", Level::bucket, "delete", "DeleteObjects", delete_objects},
    {"PUT", Level::object, "", "PutObject", put_object},
    {"GET", Level::object, "", "GetObject", get_object},
    {"HEAD", Level::object, "", "HeadObject", head_object},
    {"DELETE", Level::object, "", "DeleteObject", delete_object},
    {"POST", Level::object, "", "PostObject", nullptr},
    {"GET", Level::object, "acl", "GetObjectAcl", nullptr},
    {"GET", Level::object, "attributes", "GetObjectAttributes", nullptr},
    {"GET", Level::object, "legal-hold", "GetObjectLegalHold", nullptr},
    {"GET", Level::object, "partNumber", "GetObject", nullptr},
    {"GET", Level::object, "retention", "GetObjectRetention", nullptr},
    {"GET", Level::object, "tagging", "GetObjectTagging", nullptr},
    {"GET", Level::object, "torrent", "GetObjectTorrent", nullptr},
    {"GET", Level::object, "uploadId", "ListParts", nullptr},
    {"HEAD", Level::object, "partNumber", "HeadObject", nullptr},
    {"PUT", Level::object, "acl", "PutObjectAcl", nullptr},
    {"PUT", Level::object, "encryption", "UpdateObjectEncryption", nullptr},
    {"PUT", Level::object, "legal-hold", "PutObjectLegalHold", nullptr},
    {"PUT", Level::object, "partNumber", "UploadPart", nullptr},
    {"PUT", Level::object, "renameObject", "RenameObject", nullptr},
    {"PUT", Level::object, "retention", "PutObjectRetention", nullptr},
    {"PUT", Level::object, "tagging", "PutObjectTagging", nullptr},
    {"DELETE", Level::object, "tagging", "DeleteObjectTagging", nullptr},
    {"DELETE", Level::object, "uploadId", "AbortMultipartUpload", nullptr},
    {"POST", Level::object, "restore", "RestoreObject", nullptr},
    {"POST", Level::object, "select", "SelectObjectContent", nullptr},
    {"POST", Level::object, "uploadId", "CompleteMultipartUpload", nullptr},
    {"POST", Level::object, "uploads", "CreateMultipartUpload", nullptr},
    {"GET", Level::bucket, "abac", "GetBucketAbac", nullptr},
    {"GET", Level::bucket, "accelerate", "GetBucketAccelerateConfiguration", nullptr},
    {"GET", Level::bucket, "acl", "GetBucketAcl", nullptr},
    {"GET", Level::bucket, "analytics", "GetBucketAnalyticsConfiguration", nullptr},
    {"GET", Level::bucket, "cors", "GetBucketCors", nullptr},
    {"GET", Level::bucket, "encryption", "GetBucketEncryption", nullptr},
    {"GET", Level::bucket, "intelligent-tiering", "GetBucketIntelligentTieringConfiguration", nullptr},
    {"GET", Level::bucket, "inventory", "GetBucketInventoryConfiguration", nullptr},
    {"GET", Level::bucket, "lifecycle", "GetBucketLifecycleConfiguration", nullptr},
    {"GET", Level::bucket, "logging", "GetBucketLogging", nullptr},
    {"GET", Level::bucket, "metadataConfiguration", "GetBucketMetadataConfiguration", nullptr},
    {"GET", Level::bucket, "metadataTable", "GetBucketMetadataTableConfiguration", nullptr},
    {"GET", Level::bucket, "metrics", "GetBucketMetricsConfiguration", nullptr},
    {"GET", Level::bucket, "notification", "GetBucketNotificationConfiguration", nullptr},
    {"GET", Level::bucket, "object-lock", "GetObjectLockConfiguration", nullptr},
    {"GET", Level::bucket, "ownershipControls", "GetBucketOwnershipControls", nullptr},
    {"GET", Level::bucket, "policy", "GetBucketPolicy", nullptr},
    {"GET", Level::bucket, "policyStatus", "GetBucketPolicyStatus", nullptr},
    {"GET", Level::bucket, "publicAccessBlock", "GetPublicAccessBlock", nullptr},
    {"GET", Level::bucket, "replication", "GetBucketReplication", nullptr},
    {"GET", Level::bucket, "requestPayment", "GetBucketRequestPayment", nullptr},
    {"GET", Level::bucket, "session", "CreateSession", nullptr},
    {"GET", Level::bucket, "tagging", "GetBucketTagging", nullptr},
    {"GET", Level::bucket, "uploads", "ListMultipartUploads", nullptr},
    {"GET", Level::bucket, "versioning", "GetBucketVersioning", nullptr},
    {"GET", Level::bucket, "versions", "ListObjectVersions", nullptr},
    {"GET", Level::bucket, "website", "GetBucketWebsite", nullptr},
    {"PUT", Level::bucket, "abac", "PutBucketAbac", nullptr},
    {"PUT", Level::bucket, "accelerate", "PutBucketAccelerateConfiguration", nullptr},
    {"PUT", Level::bucket, "acl", "PutBucketAcl", nullptr},
    {"PUT", Level::bucket, "analytics", "PutBucketAnalyticsConfiguration", nullptr},
    {"PUT", Level::bucket, "cors", "PutBucketCors", nullptr},
    {"PUT", Level::bucket, "encryption", "PutBucketEncryption", nullptr},
    {"PUT", Level::bucket, "intelligent-tiering", "PutBucketIntelligentTieringConfiguration", nullptr},
    {"PUT", Level::bucket, "inventory", "PutBucketInventoryConfiguration", nullptr},
    {"PUT", Level::bucket, "lifecycle", "PutBucketLifecycleConfiguration", nullptr},
    {"PUT", Level::bucket, "logging", "PutBucketLogging", nullptr},
    {"PUT", Level::bucket, "metadataInventoryTable", "UpdateBucketMetadataInventoryTableConfiguration", nullptr},
    {"PUT", Level::bucket, "metadataJournalTable", "UpdateBucketMetadataJournalTableConfiguration", nullptr},
    {"PUT", Level::bucket, "metrics", "PutBucketMetricsConfiguration", nullptr},
    {"PUT", Level::bucket, "notification", "PutBucketNotificationConfiguration", nullptr},
    {"PUT", Level::bucket, "object-lock", "PutObjectLockConfiguration", nullptr},
    {"PUT", Level::bucket, "ownershipControls", "PutBucketOwnershipControls", nullptr},
    {"PUT", Level::bucket, "policy", "PutBucketPolicy", nullptr},
    {"PUT", Level::bucket, "publicAccessBlock", "PutPublicAccessBlock", nullptr},
    {"PUT", Level::bucket, "replication", "PutBucketReplication", nullptr},
    {"PUT", Level::bucket, "requestPayment", "PutBucketRequestPayment", nullptr},
    {"PUT", Level::bucket, "tagging", "PutBucketTagging", nullptr},
    {"PUT", Level::bucket, "versioning", "PutBucketVersioning", nullptr},
    {"PUT", Level::bucket, "website", "PutBucketWebsite", nullptr},
    {"DELETE", Level::bucket, "analytics", "DeleteBucketAnalyticsConfiguration", nullptr},
    {"DELETE", Level::bucket, "cors", "DeleteBucketCors", nullptr},
    {"DELETE", Level::bucket, "encryption", "DeleteBucketEncryption", nullptr},
    {"DELETE", Level::bucket, "intelligent-tiering", "DeleteBucketIntelligentTieringConfiguration", nullptr},
    {"DELETE", Level::bucket, "inventory", "DeleteBucketInventoryConfiguration", nullptr},
    {"DELETE", Level::bucket, "lifecycle", "DeleteBucketLifecycle", nullptr},
    {"DELETE", Level::bucket, "metadataConfiguration", "DeleteBucketMetadataConfiguration", nullptr},
    {"DELETE", Level::bucket, "metadataTable", "DeleteBucketMetadataTableConfiguration", nullptr},
    {"DELETE", Level::bucket, "metrics", "DeleteBucketMetricsConfiguration", nullptr},
    {"DELETE", Level::bucket, "ownershipControls", "DeleteBucketOwnershipControls", nullptr},
    {"DELETE", Level::bucket, "policy", "DeleteBucketPolicy", nullptr},
    {"DELETE", Level::bucket, "publicAccessBlock", "DeletePublicAccessBlock", nullptr},
    {"DELETE", Level::bucket, "replication", "DeleteBucketReplication", nullptr},
    {"DELETE", Level::bucket, "tagging", "DeleteBucketTagging", nullptr},
    {"DELETE", Level::bucket, "website", "DeleteBucketWebsite", nullptr},
    {"POST", Level::bucket, "metadataConfiguration", "CreateBucketMetadataConfiguration", nullptr},
    {"POST", Level::bucket, "metadataTable", "CreateBucketMetadataTableConfiguration", nullptr},
});

// Operations that a request's header or a parameter's value tells from one above.
constexpr Route list_objects_v2_route = {"GET", Level::bucket, "list-type", "ListObjectsV2", list_objects_v2};
constexpr Route copy_object_route = {"PUT", Level::object, "", "CopyObject", copy_object};
constexpr Route upload_part_copy_route = {"PUT", Level::object, "partNumber", "UploadPartCopy", nullptr};

Level level_of(const Call& call) {
    if (call.bucket.empty()) return Level::service;
    return call.key.empty() ? Level::bucket : Level::object;
}

const Route* find_in_table(const Call& call) {
    const Level level = level_of(call);
    const Route* plain = nullptr;
    for (const auto& route : routes) {
        if (route.method != call.request.method || route.level != level) continue;
        if (route.sub_resource.empty()) {
            plain = &route;
        } else if (call.parameter(route.sub_resource)) {
            return &route;
        }
    }
    return plain;
}

}  // namespace

const Route* find_route(const Call& call) {
    const Route* route = find_in_table(call);
    if (route == nullptr) return nullptr;
    const bool copies = call.request.headers.find("x-amz-copy-source").has_value();
    if (copies && route->operation == put_object) return &copy_object_route;
    if (copies && route->name == "UploadPart") return &upload_part_copy_route;
    if (route->operation == list_objects && call.parameter("list-type") == "2") return &list_objects_v2_route;
    return route;
}

}  // namespace rivulet::s3
