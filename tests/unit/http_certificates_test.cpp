#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "common/clock.hpp"
#include "server/certificate_files.hpp"
#include "server/http/tls_context.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace rivulet {

namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using ::testing::Contains;
using ::testing::HasSubstr;

class Certificates : public ::testing::Test {
protected:
    Certificates() {
        clock.set(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
    }

    ServerCertificate prepare() { return *prepare_certificate(settings, directory.path(), clock.now(), random); }
    mode_t mode_of(const char* name) const {
        struct stat facts {};
        stat((directory.path() / "tls" / name).c_str(), &facts);
        return facts.st_mode & 0777;
    }

    TemporaryDirectory directory;
    ManualClock clock;
    SystemRandom random;
    Settings settings;
};

TEST_F(Certificates, are_made_once_and_used_again) {
    const auto first = prepare();
    const auto second = prepare();
    EXPECT_EQ(first.authority, second.authority);
    EXPECT_EQ(first.server.certificate, second.server.certificate);
    EXPECT_TRUE(http::is_issued_for(first.server.certificate, first.authority, certificate_names(settings)));
    EXPECT_TRUE(http::TlsContext::make(first.server.certificate, first.server.key));
}

TEST_F(Certificates, keep_their_keys_from_everybody_else) {
    prepare();
    EXPECT_EQ(mode_of("authority.key"), 0600U);
    EXPECT_EQ(mode_of("server.key"), 0600U);
    EXPECT_EQ(mode_of("authority.pem"), 0644U);
}

TEST_F(Certificates, of_the_server_are_renewed_before_they_expire_by_the_same_authority) {
    const auto before = prepare();
    clock.advance(days(300));
    EXPECT_EQ(prepare().server.certificate, before.server.certificate);
    clock.advance(days(50));
    const auto after = prepare();
    EXPECT_NE(after.server.certificate, before.server.certificate);
    EXPECT_EQ(after.authority, before.authority);
}

TEST_F(Certificates, of_an_authority_are_renewed_before_they_expire) {
    const auto before = prepare();
    clock.advance(days(3500));
    const auto after = prepare();
    EXPECT_NE(after.authority, before.authority);
    EXPECT_TRUE(http::is_issued_for(after.server.certificate, after.authority, certificate_names(settings)));
}

TEST_F(Certificates, are_made_anew_when_the_names_change) {
    const auto before = prepare();
    settings.tls_names = {"streams.example.org", "10.1.2.3", "FE80::1"};
    const auto after = prepare();
    EXPECT_NE(after.server.certificate, before.server.certificate);
    EXPECT_EQ(after.authority, before.authority);
    EXPECT_EQ(prepare().server.certificate, after.server.certificate);
    EXPECT_THAT(certificate_names(settings), Contains("streams.example.org"));
}

TEST_F(Certificates, that_were_damaged_are_made_anew) {
    const auto before = prepare();
    std::ofstream(directory.path() / "tls" / "server.pem") << "-----BEGIN CERTIFICATE-----\nno\n";
    const auto after = prepare();
    EXPECT_TRUE(http::TlsContext::make(after.server.certificate, after.server.key));
    EXPECT_EQ(after.authority, before.authority);
    std::ofstream(directory.path() / "tls" / "authority.key") << "";
    EXPECT_NE(prepare().authority, before.authority);
}

TEST_F(Certificates, of_the_users_own_are_used_as_they_are) {
    const auto made = prepare();
    settings.tls_certificate = directory.path() / "tls" / "server.pem";
    settings.tls_key = directory.path() / "tls" / "server.key";
    const auto own = prepare();
    EXPECT_EQ(own.server.certificate, made.server.certificate);
    EXPECT_EQ(own.authority, "");

    settings.tls_key = directory.path() / "nowhere.key";
    EXPECT_THAT(prepare_certificate(settings, directory.path(), clock.now(), random).error().message,
                HasSubstr("nowhere.key"));
    settings.tls_key.clear();
    EXPECT_THAT(prepare_certificate(settings, directory.path(), clock.now(), random).error().message,
                HasSubstr("tls_key"));
}

TEST_F(Certificates, and_keys_that_do_not_belong_together_are_refused) {
    const auto one = prepare();
    const auto other = *http::make_authority("other", clock.now(), random);
    EXPECT_FALSE(http::TlsContext::make(one.server.certificate, other.key));
    EXPECT_FALSE(http::TlsContext::make("", one.server.key));
    EXPECT_FALSE(http::is_usable({one.server.certificate, other.key}, clock.now()));
}

TEST_F(Certificates, are_for_names_that_can_be_certified_alone) {
    for (const char* name : {"localhost", "*.example.org", "a-b.c_d", "127.0.0.1", "::1"}) {
        EXPECT_TRUE(http::is_certifiable(name)) << name;
    }
    for (const char* name : {"", "*", "a..b", ".a", "a.", "a,b", "a b", "DNS:x", "a*b"}) {
        EXPECT_FALSE(http::is_certifiable(name)) << name;
    }
}

}  // namespace

}  // namespace rivulet
