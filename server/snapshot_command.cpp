#include "server/snapshot_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "server/snapshot.hpp"

namespace rivulet {

namespace asio = boost::asio;
namespace http_client = boost::beast::http;
using nlohmann::json;

namespace {

using Answer = http_client::response<http_client::string_body>;

Answer ask(std::uint16_t port, const json& body) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), port});
    http_client::request<http_client::string_body> request(http_client::verb::post, "/_rivulet/snapshots", 11);
    request.set(http_client::field::host, "127.0.0.1:" + std::to_string(port));
    request.set(http_client::field::content_type, "application/json");
    request.body() = body.dump();
    request.prepare_payload();
    http_client::write(socket, request);
    boost::beast::flat_buffer buffer;
    Answer answer;
    http_client::read(socket, buffer, answer);
    return answer;
}

void say(const std::filesystem::path& place, std::uint64_t buckets, std::uint64_t objects) {
    std::cout << place.string() << ": all streams, " << buckets << " buckets with " << objects << " objects"
              << std::endl;
}

int complain(const std::string& message) {
    std::cerr << "rivulet: " << message << std::endl;
    return 1;
}

}  // namespace

SnapshotCommand::SnapshotCommand(CLI::App& app)
    : snapshot_(app.add_subcommand("snapshot", "Keeps and brings back everything a server has.")),
      create_(snapshot_->add_subcommand("create", "Writes a snapshot of the server that runs on this machine.")) {
    snapshot_->require_subcommand(1);
    create_->add_option("directory", directory_, "The directory to make.")->required();
    create_->add_option("--port", port_, "The server's port.")->envname("RIVULET_PORT")->capture_default_str();
    auto* const restoring = snapshot_->add_subcommand("restore", "Fills a new data directory from a snapshot.");
    restoring->add_option("snapshot", directory_, "A directory that `create` made.")->required();
    restoring->add_option("--data-dir", data_directory_, "The data directory, which must be absent or empty.")
        ->envname("RIVULET_DATA_DIR")
        ->capture_default_str();
}

bool SnapshotCommand::asked() const {
    return snapshot_->parsed();
}

int SnapshotCommand::run() const {
    return create_->parsed() ? create() : restore();
}

int SnapshotCommand::create() const try {
    Settings settings;
    if (const auto set = apply_settings(settings, {{"port", port_}}, "snapshot create"); !set) {
        return complain(set.error().message);
    }
    const auto directory = std::filesystem::absolute(directory_).lexically_normal();
    const auto answer = ask(settings.port, {{"directory", directory.string()}});
    const json body = json::parse(answer.body(), nullptr, false);
    if (answer.result() != http_client::status::ok) return complain(body.value("error", answer.body()));
    say(directory, body.at("buckets").get<std::uint64_t>(), body.at("objects").get<std::uint64_t>());
    return 0;
} catch (const boost::system::system_error& fault) {
    return complain("No server answers on port " + port_ + " of this machine: " + fault.what());
} catch (const json::exception&) {
    return complain("What answers on port " + port_ + " is no Rivulet server that knows snapshots.");
}

int SnapshotCommand::restore() const {
    asio::io_context io;
    SystemClock clock(io.get_executor());
    SystemRandom random;
    const auto restored = restore_snapshot(directory_, data_directory_, clock, random);
    if (!restored) return complain(restored.error().message);
    say(data_directory_, restored->buckets, restored->objects);
    return 0;
}

}  // namespace rivulet
