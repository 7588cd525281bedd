#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "common/blocking.hpp"
#include "s3-sink/object_store.hpp"
#include "server/http/message.hpp"
#include "storage/store.hpp"

namespace rivulet::admin {

/// What the endpoints work on.
struct Services {
    Store& store;
    ObjectStore& objects;
    BlockingPool& pool;
    /// The PEM text of the certificate authority that clients are to trust; empty if it is not the server's own.
    const std::string& authority;
};

/// Answers what AWS does not have: everything under `/_rivulet/`.
///
/// `GET health`: 200 once requests are answered. `GET authority.pem`: the certificate authority. `POST snapshots` with
/// `{"directory": "/absolute/path"}`: writes a snapshot into a directory of the server's machine.
boost::asio::awaitable<http::Response> answer(http::Request& request, const Services& services);

}  // namespace rivulet::admin
