#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "server/kinesis/service.hpp"
#include "server/kinesis/shapes.hpp"
#include "server/kinesis/stream_names.hpp"
#include "server/kinesis/tags.hpp"

/// What a stream and a consumer have in common: an ARN, tags, and a resource policy.
namespace rivulet::kinesis {

/// What is attached to a resource.
struct Attachments {
    std::string target;  ///< how messages call the resource
    std::string arn;
    Tags tags;           ///< sorted by key
    std::string policy;  ///< empty: none
};

/// How messages call a resource: `stream NAME under account ACCOUNT`, `consumer NAME of stream NAME under account
/// ACCOUNT`.
std::string described(const Stream& stream);
std::string described(const Consumer& consumer);

/// What is attached to the resource of an ARN, in whatever state it is.
/// Errors: resource_not_found; access_denied for an ARN of another account; invalid_argument if `StreamId` is used.
Result<Attachments> find_attachments(const Call& call, const std::string& arn, const std::optional<std::string>& id);

/// Alters what is attached to a resource; refused where that returns an error.
/// `alter` must outlive the wait: make it a named local of the calling coroutine.
/// Errors: as `find_attachments`; resource_in_use for a resource that comes or goes; what `alter` refuses with.
using AlterAttachments = std::function<Result<void>(Attachments& attachments)>;
boost::asio::awaitable<Result<void>> alter_attachments(const Call& call, const std::string& arn,
                                                       const std::optional<std::string>& id,
                                                       const AlterAttachments& alter);

/// The same for a stream that is named in one of the other ways.
boost::asio::awaitable<Result<void>> alter_attachments(const Call& call, const StreamReference& reference,
                                                       const AlterAttachments& alter);

namespace shapes {

inline constexpr Shape resource_arn =
    string_shape.between(1, 2048).matching(R"(arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+)");
inline constexpr Shape policy = string_shape;

}  // namespace shapes

}  // namespace rivulet::kinesis
