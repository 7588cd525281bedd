"""Builds the Java programs once, with Maven, and runs them."""

import functools

from programs import BUILD, MATRIX, build, need

PASSWORD = "rivulet"


@functools.cache
def classpath():
    need("mvn", ["mvn", "--version"], (3, 8))
    need("javac", ["javac", "-version"], (17,))
    build("mvn", "--batch-mode", "--quiet", "--no-transfer-progress", "compile", "dependency:build-classpath",
          folder=MATRIX / "java")
    return f"{BUILD / 'java' / 'classes'}:{(BUILD / 'java' / 'classpath.txt').read_text()}"


@functools.cache
def trust_store(authority):
    """A key store with the authority, which is how Java is told of it."""
    store = authority.with_name("rivulet.p12")
    build("keytool", "-importcert", "-noprompt", "-alias", "rivulet", "-file", str(authority), "-keystore", str(store),
          "-storetype", "PKCS12", "-storepass", PASSWORD, folder=authority.parent)
    return store


def java(program, endpoint):
    command = ["java", "-cp", classpath()]
    # The Producer Library unpacks its native program there, once.
    temporary = BUILD / "java" / "tmp"
    temporary.mkdir(exist_ok=True)
    command.append(f"-Djava.io.tmpdir={temporary}")
    if endpoint.authority:
        command += [f"-Djavax.net.ssl.trustStore={trust_store(endpoint.authority)}",
                    f"-Djavax.net.ssl.trustStorePassword={PASSWORD}"]
    return [*command, f"rivulet.matrix.{program}"]
