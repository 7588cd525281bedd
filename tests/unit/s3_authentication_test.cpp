#include <gtest/gtest.h>

#include "tests/unit/s3_service_support.hpp"

namespace rivulet {

namespace {

const std::string good_scope = "Credential=test/20231114/us-east-1/s3/aws4_request";

/// A listing of buckets with that header.
ReadAnswer call_with(S3UnderTest& test, const std::string& authorization, bool with_date = true) {
    Headers headers{{"Authorization", authorization}};
    if (with_date) headers.emplace_back("X-Amz-Date", "20231114T221320Z");
    return test.call("GET", "/", headers);
}

std::string presigned(const std::string& date, const std::string& seconds,
                      const std::string& scope = "test%2F20231114%2Fus-east-1%2Fs3%2Faws4_request") {
    return "/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + scope + "&X-Amz-Date=" + date +
           "&X-Amz-Expires=" + seconds + "&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
}

}  // namespace

TEST(S3Authentication, any_well_formed_credentials_are_accepted) {
    S3UnderTest test;
    EXPECT_EQ(call_with(test, "AWS4-HMAC-SHA256 " + good_scope + ", SignedHeaders=host, Signature=00").status, 200U);
    EXPECT_EQ(call_with(test, "AWS4-HMAC-SHA256 " + good_scope + ",SignedHeaders=host,Signature=00").status, 200U);
    EXPECT_EQ(call_with(test, "AWS test:c2lnbmF0dXJl").status, 200U);
    EXPECT_EQ(test.call("GET", "/").status, 200U);
}

TEST(S3Authentication, the_access_key_tells_the_account) {
    S3UnderTest test;
    EXPECT_EQ(call_with(test, "AWS4-HMAC-SHA256 " + good_scope + ", SignedHeaders=host, Signature=00").element("Name"),
              "bucket");
    EXPECT_EQ(call_with(test,
                        "AWS4-HMAC-SHA256 Credential=111122223333/20231114/us-east-1/s3/aws4_request, "
                        "SignedHeaders=host, Signature=00")
                  .element("Name"),
              "");
}

TEST(S3Authentication, a_malformed_header_is_refused_in_the_service_s_words) {
    S3UnderTest test;
    for (const std::string& parts :
         std::vector<std::string>{"", good_scope, good_scope + ", SignedHeaders=host", "Signature=00", "x"}) {
        const auto answer = call_with(test, "AWS4-HMAC-SHA256 " + parts);
        EXPECT_EQ(answer.status, 400U);
        EXPECT_EQ(answer.code(), "AuthorizationHeaderMalformed") << parts;
    }
    const std::vector<std::pair<std::string, std::string>> scopes{
        {"test", "the Credential is mal-formed"},
        {"test/20231114/us-east-1/s3", "the Credential is mal-formed"},
        {"/20231114/us-east-1/s3/aws4_request", "a non-empty Access Key (AKID)"},
        {"test/2023-11-14/us-east-1/s3/aws4_request", "incorrect date format &quot;2023-11-14&quot;"},
        {"test/20231114//s3/aws4_request", "region"},
        {"test/20231114/us-east-1/s3/aws5", "incorrect terminal &quot;aws5&quot;"}};
    for (const auto& [scope, text] : scopes) {
        const auto answer =
            call_with(test, "AWS4-HMAC-SHA256 Credential=" + scope + ", SignedHeaders=host, Signature=00");
        EXPECT_EQ(answer.code(), "AuthorizationHeaderMalformed") << scope;
        EXPECT_NE(answer.element("Message").find(text), std::string::npos) << answer.element("Message");
    }
}

TEST(S3Authentication, other_headers_are_refused) {
    S3UnderTest test;
    const auto basic = call_with(test, "Basic dGVzdDp0ZXN0");
    EXPECT_EQ(basic.code(), "InvalidArgument");
    EXPECT_EQ(basic.element("Message"), "Unsupported Authorization Type");
    EXPECT_EQ(basic.element("ArgumentValue"), "Basic dGVzdDp0ZXN0");
    EXPECT_EQ(call_with(test, "").code(), "InvalidArgument");
    EXPECT_EQ(call_with(test, "AWS test").code(), "InvalidArgument");
    EXPECT_EQ(call_with(test, "AWS4-HMAC-MD5 " + good_scope).code(), "InvalidRequest");
    EXPECT_EQ(call_with(test, "AWS4-HMAC-SHA256 " + good_scope + ", SignedHeaders=host, Signature=00", false).code(),
              "AccessDenied");
    EXPECT_EQ(test.call("GET", presigned("20231114T221320Z", "60"), {{"Authorization", "AWS a:b"}}).code(),
              "InvalidArgument");
}

TEST(S3Authentication, a_presigned_url_works_until_it_expires) {
    S3UnderTest test;  // whose clock stands at 2023-11-14T22:13:20Z
    test.objects.put("k");
    EXPECT_EQ(test.call("GET", presigned("20231114T221320Z", "60")).body, "k");
    EXPECT_EQ(test.call("GET", "/bucket/k?AWSAccessKeyId=test&Signature=x&Expires=1700000060").body, "k");
    test.objects.clock.advance(std::chrono::seconds{60});
    for (const std::string& target : {presigned("20231114T221320Z", "60"),
                                      std::string("/bucket/k?AWSAccessKeyId=test&Signature=x&Expires=1700000060")}) {
        const auto late = test.call("GET", target);
        EXPECT_EQ(late.status, 403U);
        EXPECT_EQ(late.code(), "AccessDenied");
        EXPECT_EQ(late.element("Message"), "Request has expired");
        EXPECT_EQ(late.element("Expires"), "2023-11-14T22:14:20.000Z");
    }
}

TEST(S3Authentication, malformed_parameters_are_refused) {
    S3UnderTest test;
    test.objects.put("k");
    for (const auto& target :
         {presigned("yesterday", "60"), presigned("20231114T221320Z", "x"), presigned("20231114T221320Z", "-1"),
          presigned("20231114T221320Z", "604801"), presigned("20231114T221320Z", "60", "test"),
          std::string("/bucket/k?X-Amz-Credential=test"), std::string("/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256")}) {
        const auto answer = test.call("GET", target);
        EXPECT_EQ(answer.status, 400U);
        EXPECT_EQ(answer.code(), "AuthorizationQueryParametersError") << target;
    }
    EXPECT_EQ(test.call("GET", "/bucket/k?Signature=x").code(), "AccessDenied");
    EXPECT_EQ(test.call("GET", "/bucket/k?AWSAccessKeyId=a&Signature=x&Expires=soon").code(), "AccessDenied");
}

}  // namespace rivulet
