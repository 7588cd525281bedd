#include "common/waiter.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace rivulet {

namespace asio = boost::asio;

// A timer that never expires is Asio's usual event: waking it is cancelling its wait.
struct Waiter::State : std::enable_shared_from_this<Waiter::State> {
    explicit State(asio::any_io_executor executor)
        : timer(std::move(executor), asio::steady_timer::time_point::max()) {}

    void wake() {
        if (woken.exchange(true)) return;
        asio::post(timer.get_executor(), [self = shared_from_this()] { self->timer.cancel(); });
    }

    asio::steady_timer timer;
    std::atomic<bool> woken = false;
};

Waiter::Waiter(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

asio::awaitable<void> Waiter::wait() {
    const auto state = state_;
    while (!state->woken.exchange(false)) {
        boost::system::error_code ended;
        co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    }
}

asio::awaitable<bool> Waiter::wait_for(Clock& clock, std::chrono::milliseconds delay) {
    const auto expired = std::make_shared<std::atomic<bool>>(false);
    const auto timer = clock.schedule(delay, [expired, state = state_] {
        expired->store(true);
        state->wake();
    });
    struct Cancel {
        Clock& clock;
        Clock::TimerId timer;
        ~Cancel() { clock.cancel(timer); }
    } const cancel{clock, timer};
    co_await wait();
    co_return !expired->load();
}

void Waiter::wake() {
    state_->wake();
}

std::function<void()> Waiter::waker() const {
    return [state = state_] { state->wake(); };
}

asio::awaitable<void> sleep_for(Clock& clock, std::chrono::milliseconds delay) {
    Waiter waiter(co_await asio::this_coro::executor);
    co_await waiter.wait_for(clock, delay);
}

}  // namespace rivulet
