#include <nlohmann/json.hpp>

#include "tests/unit/lambda_process_support.hpp"

namespace rivulet {

namespace {

using nlohmann::json;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Handler = ProcessTest;

}  // namespace

TEST_F(Handler, in_python_is_given_the_event_and_its_answer_is_returned) {
    const auto outcome = invoke(python("def lambda_handler(event, context): return {'got': event}"), R"({"n": 7.50})");
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(json::parse(outcome.payload), json::parse(R"({"got": {"n": 7.5}})"));
}

TEST_F(Handler, in_node_may_be_a_module_or_a_script_and_answer_by_promise_value_or_callback) {
    for (const auto& [file, code] : std::vector<std::pair<std::string, std::string>>{
             {"a.mjs", "export const handler = async (event) => ({ got: event.n });"},
             {"b.cjs", "exports.handler = async (event) => ({ got: event.n });"},
             {"c.js", "exports.handler = async (event) => ({ got: event.n });"},
             {"d.js",
              "exports.handler = (event, context, callback) => setTimeout(() => callback(null, { got: "
              "event.n }), 5);"}}) {
        stop();
        make_invoker({});
        const auto outcome = invoke(node(code, file), R"({"n": 7})");
        EXPECT_FALSE(outcome.error) << file;
        EXPECT_EQ(outcome.payload, R"({"got":7})") << file;
    }
}

TEST_F(Handler, of_any_kind_may_speak_the_runtime_api_itself) {
    const auto code = R"(#!/bin/sh
echo hello from sh
python3 - <<'END'
import os, urllib.request
api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    with urllib.request.urlopen(api + 'next') as invocation:
        name = invocation.headers['Lambda-Runtime-Aws-Request-Id']
        body = invocation.read()
    urllib.request.urlopen(api + name + '/response', data=b'<' + body + b'>').read()
END
)";
    const auto provided = function("provided", "bootstrap", code);
    EXPECT_EQ(invoke(provided, "1").payload, "<1>");
    EXPECT_EQ(invoke(provided, "2").payload, "<2>");
    EXPECT_THAT(output.said(), HasSubstr("hello from sh\n"));
}

TEST_F(Handler, keeps_its_process_from_one_invocation_to_the_next) {
    const auto counting = python("n = 0\ndef lambda_handler(event, context):\n  global n\n  n += 1\n  return n\n");
    EXPECT_EQ(invoke(counting).payload, "1");
    EXPECT_EQ(invoke(counting).payload, "2");
    EXPECT_THAT(output.told(), AllOf(HasSubstr("START RequestId: "), HasSubstr("END RequestId: "),
                                     HasSubstr("Memory Size: 128 MB"), HasSubstr("Init Duration: ")));
}

TEST_F(Handler, that_raises_fails_its_invocation_and_no_other) {
    const auto picky = python("def lambda_handler(event, context):\n  if event: raise ValueError('no luck')\n");
    const auto outcome = invoke(picky, "1");
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->type, "ValueError");
    EXPECT_EQ(outcome.error->message, "no luck");
    EXPECT_THAT(json::parse(outcome.payload)["stackTrace"].dump(), HasSubstr("handler_file.py"));
    EXPECT_THAT(output.said(), HasSubstr("[ERROR] ValueError: no luck"));
    EXPECT_EQ(invoke(picky, "0").payload, "null");

    const auto rejecting = node("export const handler = async () => { throw new RangeError('too far'); };");
    const auto rejected = invoke(rejecting);
    ASSERT_TRUE(rejected.error);
    EXPECT_EQ(rejected.error->type, "RangeError");
    EXPECT_EQ(rejected.error->message, "too far");
}

TEST_F(Handler, that_never_returns_is_killed_with_its_children_when_its_time_is_up) {
    const auto endless = python(
        "import subprocess, time\n"
        "def lambda_handler(event, context):\n"
        "  print('child', subprocess.Popen(['sleep', '1000']).pid)\n"
        "  time.sleep(1000)\n");
    auto invoked = begin(endless);
    wait_until([&] { return output.said().find('\n') != std::string::npos; });
    const auto child = output.said().substr(6, output.said().find('\n') - 6);
    EXPECT_TRUE(is_alive(child));
    clock.advance(seconds(2));
    EXPECT_EQ(invoked.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    clock.advance(seconds(1));
    const auto outcome = finish(invoked);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->type, "Sandbox.Timedout");
    EXPECT_THAT(outcome.error->message, HasSubstr("Task timed out after 3.00 seconds"));
    wait_until([&] { return !is_alive(child); });
}

TEST_F(Handler, that_exits_or_is_killed_fails_its_invocation_and_the_next_has_a_new_process) {
    const auto fragile = python(
        "import os, signal\n"
        "def lambda_handler(event, context):\n"
        "  if event == 1: os._exit(3)\n"
        "  if event == 2: os.kill(os.getpid(), signal.SIGSEGV)\n"
        "  if event == 3: os._exit(0)\n"
        "  return 'well'\n");
    const auto message_of = [&](const char* event) {
        const auto outcome = invoke(fragile, event);
        EXPECT_TRUE(outcome.error && outcome.error->type == "Runtime.ExitError") << outcome.payload;
        return outcome.error ? outcome.error->message : std::string();
    };
    EXPECT_THAT(message_of("1"), HasSubstr("Error: Runtime exited with error: exit status 3"));
    EXPECT_THAT(message_of("2"), HasSubstr("Error: Runtime exited with error: signal: segmentation fault"));
    EXPECT_THAT(message_of("3"), HasSubstr("Error: Runtime exited without providing a reason"));
    EXPECT_EQ(invoke(fragile, "0").payload, R"("well")");
}

TEST_F(Handler, that_answers_seven_mebibytes_is_told_so_and_stays) {
    const auto large = python("def lambda_handler(event, context): return 'x' * event\n");
    const auto outcome = invoke(large, std::to_string(7 * 1024 * 1024));
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->type, "Function.ResponseSizeTooLarge");
    EXPECT_EQ(invoke(large, std::to_string(6 * 1024 * 1024)).payload.size(), 6U * 1024 * 1024 + 2);
}

TEST_F(Handler, that_answers_what_is_no_json_says_so_itself) {
    const auto outcome = invoke(python("def lambda_handler(event, context): return object()"));
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->type, "Runtime.MarshalError");
}

TEST_F(Handler, that_cannot_be_loaded_fails_with_the_reason) {
    const auto type_of = [&](const InvocationOutcome& outcome) {
        return outcome.error ? outcome.error->type : std::string("none");
    };
    EXPECT_EQ(type_of(invoke(python("import no_such_module"))), "Runtime.ImportModuleError");
    EXPECT_EQ(type_of(invoke(python("def f(:"))), "Runtime.UserCodeSyntaxError");
    EXPECT_EQ(type_of(invoke(python("x = 1"))), "Runtime.HandlerNotFound");
    EXPECT_EQ(type_of(invoke(python("raise KeyError('a')"))), "KeyError");
    EXPECT_EQ(type_of(invoke(python("import os; os._exit(5)"))), "Runtime.ExitError");
    EXPECT_EQ(type_of(invoke(node("import 'no-such-module'; export const handler = 1;"))), "Runtime.ImportModuleError");
    EXPECT_EQ(type_of(invoke(node("export const handler = "))), "Runtime.UserCodeSyntaxError");
    EXPECT_EQ(type_of(invoke(node("export const other = 1;"))), "Runtime.HandlerNotFound");
}

TEST_F(Handler, that_does_not_initialise_within_ten_seconds_is_given_up) {
    auto invoked = begin(python("print('in')\nimport time\ntime.sleep(1000)\n"));
    wait_until([&] { return output.said() == "in\n"; });
    clock.advance(seconds(10));
    const auto outcome = finish(invoked);
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->type, "Sandbox.Timedout");
    EXPECT_THAT(outcome.error->message, HasSubstr("Task timed out after 10.00 seconds"));
}

TEST_F(Handler, whose_program_is_not_there_is_an_error_that_names_it) {
    const auto missing = function("provided", "bootstrap", "#!/no/such/interpreter\n");
    auto invoked = begin(missing);
    try {
        finish(invoked);
        FAIL() << "it was run";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("'enrich' cannot be run"), HasSubstr("bootstrap")));
    }
}

TEST_F(Handler, has_the_environment_of_lambda_and_nothing_of_the_servers) {
    ::setenv("RIVULET_TEST_SECRET", "leaked", 1);
    const auto look =
        function("python3", "look.py",
                 "import os, sys\n"
                 "def lambda_handler(event, context):\n"
                 "  return {'environment': dict(os.environ), 'folder': os.getcwd(), 'path': sys.path[0],\n"
                 "          'files': len(os.listdir('/proc/self/fd')), 'input': sys.stdin.read()}\n",
                 [](Function& f) {
                     f.memory_mib = 512;
                     f.environment = {{"COLOUR", "grün"}, {"TZ", "Europe/Berlin"}};
                 });
    const auto seen = json::parse(invoke(look).payload);
    const auto& environment = seen["environment"];
    const std::map<std::string, std::string> expected = {{"AWS_LAMBDA_FUNCTION_NAME", "enrich"},
                                                         {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
                                                         {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"},
                                                         {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/enrich"},
                                                         {"AWS_ACCESS_KEY_ID", "123456789012"},
                                                         {"AWS_REGION", "eu-north-1"},
                                                         {"AWS_DEFAULT_REGION", "eu-north-1"},
                                                         {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
                                                         {"_HANDLER", "look.lambda_handler"},
                                                         {"LAMBDA_TASK_ROOT", folder.path().string()},
                                                         {"COLOUR", "grün"},
                                                         {"TZ", "Europe/Berlin"},
                                                         {"AWS_EXECUTION_ENV", "AWS_Lambda_python3"}};
    for (const auto& [name, value] : expected) EXPECT_EQ(environment.value(name, "absent"), value) << name;
    EXPECT_FALSE(environment.contains("RIVULET_TEST_SECRET"));
    EXPECT_EQ(seen["folder"], folder.path().string());
    EXPECT_EQ(seen["path"], folder.path().string());
    // The three of every process, the connection to the Runtime API, and the listing's own.
    EXPECT_LE(seen["files"], 5);
    EXPECT_EQ(seen["input"], "");
}

TEST_F(Handler, has_what_it_prints_kept_line_by_line_within_its_invocation) {
    invoke(
        python("import os, sys\n"
               "print('at the start')\n"
               "def lambda_handler(event, context):\n"
               "  print('one\\ntwo')\n"
               "  os.write(1, b'\\x00\\xff raw\\n')\n"
               "  os.write(1, b'without an end')\n"));
    stop();
    const auto lines = output.lines();
    const auto place = [&](std::string_view start) {
        return std::ranges::find_if(lines, [&](const auto& line) { return line.starts_with(start); }) - lines.begin();
    };
    EXPECT_LT(place("at the start"), place("START "));
    EXPECT_LT(place("START "), place("one"));
    EXPECT_EQ(place("two"), place("one") + 1);
    EXPECT_EQ(place(std::string_view("\0\xff raw", 6)), place("two") + 1);
    EXPECT_LT(place("two"), place("END "));
    EXPECT_EQ(place("REPORT "), place("END ") + 1);
    EXPECT_THAT(lines, ::testing::Contains("without an end"));
}

TEST_F(Handler, runs_beside_itself_up_to_a_bound_and_the_rest_wait_their_turn) {
    stop();
    make_invoker({.max_processes = 2});
    const auto gated = python(
        "import os, time\n"
        "def lambda_handler(event, context):\n"
        "  print('entered', event)\n"
        "  while not os.path.exists(f'gate{event}'): time.sleep(0.002)\n"
        "  return os.getpid()\n");
    auto first = begin(gated, "1");
    auto second = begin(gated, "2");
    auto third = begin(gated, "3");
    wait_until([&] { return output.lines().size() >= 4; });
    EXPECT_THAT(output.said(), AllOf(HasSubstr("entered 1"), HasSubstr("entered 2"), Not(HasSubstr("entered 3"))));
    write_file("gate2", "");
    const auto second_process = finish(second).payload;
    wait_until([&] { return output.said().find("entered 3") != std::string::npos; });
    write_file("gate1", "");
    write_file("gate3", "");
    EXPECT_EQ(finish(third).payload, second_process);
    EXPECT_NE(finish(first).payload, second_process);
}

TEST_F(Handler, whose_idle_process_has_died_gets_another_without_failing) {
    const auto who = python("import os\ndef lambda_handler(event, context): return os.getpid()");
    const auto first = invoke(who).payload;
    ::kill(std::stoi(first), SIGKILL);
    wait_until([&] { return !std::filesystem::exists("/proc/" + first); });
    const auto second = invoke(who);
    EXPECT_FALSE(second.error);
    EXPECT_NE(second.payload, first);
}

TEST_F(Handler, whose_file_is_edited_runs_as_it_is_now) {
    const auto edited = python("def lambda_handler(event, context): return 'before'");
    EXPECT_EQ(invoke(edited).payload, R"("before")");
    write_file("handler_file.py", "def lambda_handler(event, context): return 'after'");
    EXPECT_EQ(invoke(edited).payload, R"("after")");
    std::filesystem::remove(edited->file);
    EXPECT_TRUE(invoke(edited).error);
    write_file("handler_file.py", "def lambda_handler(event, context): return 'again'");
    EXPECT_EQ(invoke(edited).payload, R"("again")");
}

TEST_F(Handler, has_all_idle_processes_but_one_ended_after_some_minutes) {
    const auto slow = python(
        "import os, time\n"
        "def lambda_handler(event, context):\n"
        "  print('entered', event)\n"
        "  while not os.path.exists('gate'): time.sleep(0.002)\n"
        "  return os.getpid()\n");
    auto first = begin(slow, "1");
    auto second = begin(slow, "2");
    wait_until([&] { return output.said().find("entered 1") != std::string::npos; });
    wait_until([&] { return output.said().find("entered 2") != std::string::npos; });
    write_file("gate", "");
    const std::vector<std::string> processes = {finish(first).payload, finish(second).payload};
    const auto living = [&] { return std::ranges::count_if(processes, is_alive); };
    clock.advance(std::chrono::minutes(4));
    on_io_thread([] {});
    EXPECT_EQ(living(), 2);
    clock.advance(std::chrono::minutes(1));
    wait_until([&] { return living() < 2; });
    clock.advance(std::chrono::minutes(30));
    on_io_thread([] {});
    EXPECT_EQ(living(), 1);
}

TEST_F(Handler, does_not_outlive_the_invokers_stop_and_neither_do_its_children) {
    const auto busy = python(
        "import os, subprocess, time\n"
        "def lambda_handler(event, context):\n"
        "  print(os.getpid(), subprocess.Popen(['sleep', '1000']).pid, '')\n"
        "  time.sleep(1000)\n");
    auto invoked = begin(busy);
    wait_until([&] { return output.said().find('\n') != std::string::npos; });
    std::string process, child;
    std::istringstream(output.said()) >> process >> child;
    EXPECT_TRUE(is_alive(process) && is_alive(child));
    stop();
    const auto outcome = finish(invoked);
    EXPECT_TRUE(outcome.error);
    EXPECT_FALSE(is_alive(process));
    wait_until([&] { return !is_alive(child); });
}

TEST_F(Handler, that_prints_without_end_is_slowed_down_and_can_be_ended) {
    auto invoked = begin(python("def lambda_handler(event, context):\n  while True: print('x' * 1000)\n"));
    wait_until([&] { return output.said().size() > 10'000'000; });
    clock.advance(seconds(3));
    EXPECT_EQ(finish(invoked).error->type, "Sandbox.Timedout");
}

}  // namespace rivulet
