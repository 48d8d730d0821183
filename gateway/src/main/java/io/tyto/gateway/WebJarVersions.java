package io.tyto.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// The version of a WebJar on the class path, so that the POM alone says which it is.
final class WebJarVersions {
  private WebJarVersions() {}

  static String of(String name) {
    String path = "/META-INF/maven/org.webjars.npm/" + name + "/pom.properties";
    try (InputStream resource = WebJarVersions.class.getResourceAsStream(path)) {
      if (resource == null) {
        throw new IllegalStateException("the WebJar " + name + " is not on the class path");
      }
      Properties properties = new Properties();
      properties.load(resource);
      return properties.getProperty("version", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
