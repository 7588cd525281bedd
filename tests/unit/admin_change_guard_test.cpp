#include <gtest/gtest.h>

#include "server/admin/change_guard.hpp"

namespace rivulet::admin {
namespace {

http::Request change() {
    http::Request request;
    request.method = "POST";
    request.target = "/_rivulet/snapshots";
    request.from_loopback = true;
    request.headers.add("Content-Type", "application/json");
    return request;
}

unsigned status_of(const http::Request& request) {
    const auto refused = refuse_change(request);
    if (!refused) return 0;
    EXPECT_EQ(refused->headers.get("Content-Type"), "application/json");
    EXPECT_TRUE(std::get<std::string>(refused->body).starts_with("{\"error\":\""));
    return refused->status;
}

TEST(ChangeGuard, lets_through_json_of_this_machine) {
    EXPECT_EQ(status_of(change()), 0U);
    for (const auto* origin : {"http://127.0.0.1", "http://127.0.0.1:4566", "https://localhost:3000", "http://[::1]:80",
                               "http://[::1]", "HTTP://LOCALHOST"}) {
        auto request = change();
        request.headers.add("Origin", origin);
        EXPECT_EQ(status_of(request), 0U) << origin;
    }
    auto request = change();
    request.headers.set("Content-Type", "Application/JSON; charset=utf-8");
    EXPECT_EQ(status_of(request), 0U);
}

TEST(ChangeGuard, refuses_other_machines) {
    for (const auto* method : {"POST", "PUT", "DELETE", "PATCH", "UNHEARD"}) {
        auto request = change();
        request.method = method;
        EXPECT_EQ(status_of(request), 0U);
        request.from_loopback = false;
        EXPECT_EQ(status_of(request), 403U) << method;
    }
}

TEST(ChangeGuard, refuses_pages_of_elsewhere) {
    for (const auto* origin : {"",
                               "null",
                               "http://example.com",
                               "http://127.0.0.1.example.com",
                               "http://127.0.0.1.example.com:4566",
                               "http://localhost.example.com",
                               "http://example.com:127",
                               "http://127.0.0.1@example.com",
                               "http://127.0.0.1:80@example.com",
                               "http://127.0.0.1:",
                               "http://127.0.0.1:80/",
                               "http://127.0.0.10",
                               "http://127.0.0.1 http://example.com",
                               "http://[::1].example.com",
                               "http://[::10]",
                               "http://::1",
                               "127.0.0.1",
                               "localhost",
                               "file://localhost",
                               "http://",
                               "http://.localhost",
                               "http://sub.localhost",
                               "http://localhost:999999"}) {
        auto request = change();
        request.headers.add("Origin", origin);
        EXPECT_EQ(status_of(request), 403U) << origin;
    }
}

TEST(ChangeGuard, refuses_what_forms_send) {
    for (const auto* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                             "text/plain; application/json", "application/jsonx"}) {
        auto request = change();
        request.headers.set("Content-Type", type);
        EXPECT_EQ(status_of(request), 415U) << type;
    }
}

TEST(ChangeGuard, does_not_look_at_what_changes_nothing) {
    for (const auto* method : {"GET", "HEAD", "OPTIONS"}) {
        http::Request request;
        request.method = method;
        request.headers.add("Origin", "http://example.com");
        EXPECT_EQ(status_of(request), 0U) << method;
    }
}

}  // namespace
}  // namespace rivulet::admin
