#include "server/admin/snapshots.hpp"

#include "common/errors.hpp"
#include "server/admin/json_answer.hpp"
#include "server/snapshot.hpp"

namespace rivulet::admin {

namespace {

constexpr std::size_t max_body_bytes = 64 * 1024;

/// The directory that a body names; nothing if it names none that is absolute.
std::optional<std::filesystem::path> directory_of(const std::string& body) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_object() || !document.contains("directory") || !document["directory"].is_string()) {
        return std::nullopt;
    }
    std::filesystem::path directory = document["directory"].get<std::string>();
    return directory.is_absolute() ? std::optional(std::move(directory)) : std::nullopt;
}

}  // namespace

boost::asio::awaitable<http::Response> create_snapshot_endpoint(http::Request& request, const Services& services) {
    if (request.method != "POST") co_return method_refused("POST");
    const auto body = co_await http::read_all(*request.body, max_body_bytes);
    if (!body) co_return json_answer(400, {{"error", body.error().message}});
    const auto directory = directory_of(*body);
    if (!directory) co_return json_answer(400, {{"error", "Name an absolute path as \"directory\"."}});
    const auto write = [&] { return create_snapshot(*directory, services.store, services.objects); };
    const auto written = co_await run_blocking(services.pool, write);
    if (!written) co_return json_answer(kind_of(written.error().code).status, {{"error", written.error().message}});
    co_return json_answer(
        200, {{"directory", directory->string()}, {"buckets", written->buckets}, {"objects", written->objects}});
}

}  // namespace rivulet::admin
