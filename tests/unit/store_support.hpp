#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "common/random.hpp"
#include "storage/store.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {

/// A store in a temporary directory, in virtual time, that can be closed and opened again.
class StoreUnderTest {
public:
    StoreUnderTest() { open(); }

    void open() {
        store_options.directory = directory.path() / "log";
        auto opened = Store::open(store_options, clock, pool);
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
    }
    void reopen() {
        store.reset();
        open();
    }

    /// Runs a coroutine to its end.
    template <class T>
    T run(boost::asio::awaitable<T> coroutine) {
        std::optional<T> answer;
        boost::asio::co_spawn(io, std::move(coroutine), [&](const std::exception_ptr& fault, T value) {
            if (fault) std::rethrow_exception(fault);
            answer = std::move(value);
        });
        settle();
        EXPECT_TRUE(answer.has_value()) << "the coroutine still waits";
        return std::move(*answer);
    }

    /// Lets everything run that does not wait for time to pass.
    void settle() {
        io.restart();
        io.run();
    }

    void advance(std::chrono::milliseconds by) {
        clock.advance(by);
        settle();
    }

    TemporaryDirectory directory;
    Store::Options store_options;
    ManualClock clock;
    BlockingPool pool{1};
    boost::asio::io_context io{1};
    std::unique_ptr<Store> store;
};

}  // namespace rivulet
