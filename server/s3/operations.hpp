#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/account_region.hpp"
#include "common/blocking.hpp"
#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "s3-sink/object_store.hpp"
#include "server/http/message.hpp"
#include "server/wire/authenticator.hpp"

/// The operations of the service, one a file. Each answers an Error with an S3 code, which becomes an XML document, or
/// the response itself.
namespace rivulet::s3 {

/// What every operation works with.
struct Context {
    ObjectStore& store;
    BlockingPool& pool;
    Clock& clock;
    Random& random;
    const wire::Authenticator& authenticator;
};

/// One request on its way through an operation.
struct Call {
    Context& context;
    http::Request& request;
    AccountRegion caller;
    std::string bucket;
    std::string key;
    std::vector<std::pair<std::string, std::string>> query;
    std::optional<wire::ChunkSignatures> chunk_signatures;  ///< set: the body's chunks must have these

    /// What an error's document and header say beside code and message; an operation adds it before it fails.
    std::vector<std::pair<std::string, std::string>> error_details;
    std::vector<std::pair<std::string, std::string>> error_headers;

    /// The first query parameter of that name.
    std::optional<std::string_view> parameter(std::string_view name) const;
};

using Answer = Result<http::Response>;
using Operation = boost::asio::awaitable<Answer> (*)(Call&);

boost::asio::awaitable<Answer> copy_object(Call& call);
boost::asio::awaitable<Answer> create_bucket(Call& call);
boost::asio::awaitable<Answer> delete_bucket(Call& call);
boost::asio::awaitable<Answer> delete_object(Call& call);
boost::asio::awaitable<Answer> delete_objects(Call& call);
boost::asio::awaitable<Answer> get_bucket_location(Call& call);
boost::asio::awaitable<Answer> get_object(Call& call);
boost::asio::awaitable<Answer> head_bucket(Call& call);
boost::asio::awaitable<Answer> head_object(Call& call);
boost::asio::awaitable<Answer> list_buckets(Call& call);
boost::asio::awaitable<Answer> list_objects(Call& call);
boost::asio::awaitable<Answer> list_objects_v2(Call& call);
boost::asio::awaitable<Answer> put_object(Call& call);

/// An answer whose body is an XML document.
http::Response xml_response(std::string document);

/// The canonical user id that stands for an account in S3's documents: 64 hexadecimal digits.
std::string canonical_user_id(std::string_view account);

}  // namespace rivulet::s3
