package rivulet.matrix;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The versions of libraries that do not tell theirs otherwise, by what Maven put into them. */
final class Versions {
    private Versions() {}

    static String of(String artifact) throws IOException {
        Properties properties = new Properties();
        String name = "/META-INF/maven/software.amazon.kinesis/" + artifact + "/pom.properties";
        try (InputStream stream = Versions.class.getResourceAsStream(name)) {
            properties.load(stream);
        }
        return artifact + " " + properties.getProperty("version");
    }
}
