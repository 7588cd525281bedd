#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/blocking.hpp"
#include "s3-sink/object_store.hpp"
#include "server/http/message.hpp"
#include "server/tls_on_demand.hpp"
#include "storage/store.hpp"

namespace rivulet::admin {

/// What the endpoints work on.
struct Services {
    Store& store;
    ObjectStore& objects;
    BlockingPool& pool;
    TlsOnDemand& tls;
};

/// Answers what AWS does not have: everything under `/_rivulet/`.
///
/// `GET health`: 200 once requests are answered. `GET authority.pem`: the certificate authority. `POST snapshots` with
/// `{"directory": "/absolute/path"}`: writes a snapshot into a directory of the server's machine.
/// What changes something stands behind `refuse_change`.
boost::asio::awaitable<http::Response> answer(http::Request& request, const Services& services);

}  // namespace rivulet::admin
