#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>

#include "common/waiter.hpp"
#include "server/http/listener.hpp"

namespace rivulet::http {

namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr char data_frame = 0;
constexpr char headers_frame = 1;
constexpr char reset_frame = 3;
constexpr char settings_frame = 4;
constexpr char end_stream_and_headers = 5;

std::string frame(char type, char flags, char stream, std::string_view payload = {}) {
    const std::array<char, 9> head = {0, 0, static_cast<char>(payload.size()), type, flags, 0, 0, 0, stream};
    return std::string(head.data(), head.size()) + std::string(payload);
}

/// GET with one letter as its authority, which the handler tells requests apart by.
std::string get(char stream, char letter) {
    return frame(headers_frame, end_stream_and_headers, stream, std::string("\x82\x86\x84\x41\x01") + letter);
}

/// What a test and the io thread know of one endless answer.
struct Stage {
    void change(const std::function<void()>& action) {
        const std::lock_guard lock(mutex);
        action();
        changed.notify_all();
        if (wake) wake();
    }
    bool reached(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, seconds(20), condition);
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::function<void()> wake;
    std::string ready;       ///< to be read from the body
    bool endless = false;    ///< there is always more to read
    std::size_t read = 0;    ///< bytes
    bool begun = false;      ///< a handler or body waits
    bool asked = false;      ///< to end soon
    bool cancelled = false;  ///< the handler, in the middle of its wait
    bool gone = false;       ///< the body
};

class StagedBody final : public Body {
public:
    StagedBody(std::shared_ptr<Stage> stage, const asio::any_io_executor& executor)
        : stage_(std::move(stage)), waiter_(executor) {
        stage_->change([this] { stage_->wake = waiter_.waker(); });
    }
    ~StagedBody() override {
        stage_->change([this] {
            stage_->gone = true;
            stage_->wake = nullptr;
        });
    }

    std::optional<std::uint64_t> length() const override { return std::nullopt; }

    asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        for (;;) {
            {
                const std::lock_guard lock(stage_->mutex);
                if (stage_->asked) co_return std::size_t{0};
                if (stage_->endless) stage_->ready.assign(buffer.size(), 'x');
                const std::size_t count = std::min(buffer.size(), stage_->ready.size());
                std::copy_n(stage_->ready.begin(), count, buffer.begin());
                stage_->ready.erase(0, count);
                stage_->read += count;
                stage_->begun = true;
                stage_->changed.notify_all();
                if (count > 0) co_return count;
            }
            co_await waiter_.wait();
        }
    }

    void end_soon() override {
        stage_->change([this] { stage_->asked = true; });
    }

private:
    std::shared_ptr<Stage> stage_;
    Waiter waiter_;
};

/// A listener whose answers are in the test's hand, and a client that is a bare socket.
class Http2Streaming : public ::testing::Test {
protected:
    Http2Streaming() {
        auto opened = Listener::open(threads, "127.0.0.1", 0, [this](Request& request) { return answer(request); });
        listener = std::move(*opened);
        listener->start();
        socket.connect({asio::ip::address_v4::loopback(), listener->port()});
        send(std::string(preface) + frame(settings_frame, 0, 0));
    }
    ~Http2Streaming() override {
        socket.close();
        listener.reset();
        threads.stop();
    }

    // "w" waits in the handler until it is cancelled; anything else answers with its staged body.
    asio::awaitable<Response> answer(Request& request) {
        const auto executor = co_await asio::this_coro::executor;
        const auto stage = stages.at(request.headers.get("host").front());
        if (request.headers.get("host") == "w") {
            struct Mark {
                Stage& stage;
                ~Mark() {
                    stage.change([this] { stage.cancelled = true; });
                }
            } const mark{*stage};
            stage->change([&] { stage->begun = true; });
            Waiter forever(executor);
            co_await forever.wait();
        }
        Response response;
        response.body = std::make_unique<StagedBody>(stage, executor);
        co_return response;
    }

    void send(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }

    /// Reads until `text` has come.
    bool receives(std::string_view text) {
        boost::system::error_code fault;
        while (received.find(text) == std::string::npos && !fault) {
            std::array<char, 4096> piece;
            const std::size_t count = socket.read_some(asio::buffer(piece), fault);
            received.append(piece.data(), count);
        }
        return !fault;
    }

    IoThreads threads{1};
    std::map<char, std::shared_ptr<Stage>> stages = {
        {'a', std::make_shared<Stage>()}, {'b', std::make_shared<Stage>()}, {'w', std::make_shared<Stage>()}};
    std::unique_ptr<Listener> listener;
    asio::io_context context;
    asio::ip::tcp::socket socket{context};
    std::string received;
};

TEST_F(Http2Streaming, sends_what_a_body_yields_as_it_yields_it) {
    send(get(1, 'a'));
    for (const char* piece : {"first", "second", "third"}) {
        stages['a']->change([&] { stages['a']->ready = piece; });
        EXPECT_TRUE(receives(frame(data_frame, 0, 1, piece))) << piece;
    }
    stages['a']->change([&] { stages['a']->asked = true; });
    EXPECT_TRUE(receives(frame(data_frame, 1, 1)));
}

TEST_F(Http2Streaming, asks_a_body_to_end_when_its_stream_is_reset_and_leaves_others_alone) {
    send(get(1, 'a') + get(3, 'b'));
    ASSERT_TRUE(stages['a']->reached([&] { return stages['a']->begun; }));
    send(frame(reset_frame, 0, 1, std::string_view("\0\0\0\x08", 4)));
    EXPECT_TRUE(stages['a']->reached([&] { return stages['a']->asked && stages['a']->gone; }));
    stages['b']->change([&] { stages['b']->ready = "still here"; });
    EXPECT_TRUE(receives(frame(data_frame, 0, 3, "still here")));
    EXPECT_FALSE(stages['b']->asked);
}

TEST_F(Http2Streaming, asks_every_body_to_end_when_its_client_vanishes) {
    send(get(1, 'a') + get(3, 'b'));
    for (const char letter : {'a', 'b'}) {
        ASSERT_TRUE(stages[letter]->reached([&] { return stages[letter]->begun; }));
    }
    socket.close();
    for (const char letter : {'a', 'b'}) {
        EXPECT_TRUE(stages[letter]->reached([&] { return stages[letter]->gone; }));
    }
}

TEST_F(Http2Streaming, cancels_a_handler_whose_stream_is_reset) {
    send(get(1, 'w'));
    ASSERT_TRUE(stages['w']->reached([&] { return stages['w']->begun; }));
    send(frame(reset_frame, 0, 1, std::string_view("\0\0\0\x08", 4)));
    EXPECT_TRUE(stages['w']->reached([&] { return stages['w']->cancelled; }));
}

TEST_F(Http2Streaming, reads_no_more_of_a_body_than_the_client_takes) {
    stages['a']->change([&] { stages['a']->endless = true; });
    send(get(1, 'a') + get(3, 'b'));
    // The window of a stream is 65,535 bytes unless the client opens it (RFC 9113, section 6.9.2).
    ASSERT_TRUE(stages['a']->reached([&] { return stages['a']->read > 65'535; }));
    stages['b']->change([&] { stages['b']->ready = "another stream goes on"; });
    // The connection's window is full too: make room in it for the other stream.
    send(frame(8, 0, 0, std::string_view("\0\0\x10\0", 4)));
    EXPECT_TRUE(receives(frame(data_frame, 0, 3, "another stream goes on")));
    const std::lock_guard lock(stages['a']->mutex);
    EXPECT_LE(stages['a']->read, 3U * 65'536);
}

TEST_F(Http2Streaming, asks_bodies_to_end_when_the_server_stops) {
    send(get(1, 'a'));
    ASSERT_TRUE(stages['a']->reached([&] { return stages['a']->begun; }));
    auto stopped = asio::co_spawn(threads.first(), listener->stop(seconds(20)), asio::use_future);
    EXPECT_TRUE(receives(frame(data_frame, 1, 1)));
    EXPECT_EQ(stopped.wait_for(seconds(20)), std::future_status::ready);
}

}  // namespace

}  // namespace rivulet::http
