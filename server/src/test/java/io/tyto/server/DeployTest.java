package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.server.cli.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What a server is started with says what docs/security.md says of it.
final class DeployTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void theUnitIsHardened() throws IOException {
    List<String> unit = Files.readAllLines(ROOT.resolve("deploy/tyto.service"));
    for (String line :
        List.of(
            "User=tyto",
            "UMask=0077",
            "LimitCORE=0",
            "NoNewPrivileges=yes",
            "CapabilityBoundingSet=",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "RestrictNamespaces=yes",
            "RestrictSUIDSGID=yes",
            "SystemCallFilter=@system-service",
            "StateDirectory=tyto")) {
      assertTrue(unit.contains(line), line);
    }
  }

  @Test
  void theLauncherLeavesNoMemoryOnDisk() throws IOException {
    String launcher = Files.readString(ROOT.resolve("tyto"));
    int own = launcher.indexOf("${TYTO_JVM:-}");
    for (String flag : List.of("-XX:-HeapDumpOnOutOfMemoryError", "-XX:-CreateCoredumpOnCrash")) {
      int at = launcher.indexOf(flag);
      assertTrue(at > 0 && at < own, flag + " stands before what the operator says");
    }
    assertFalse(launcher.contains("jmxremote") || launcher.contains("jdwp"), "a debugger's port");
  }

  @Test
  void theLauncherNeedsNoSourcesWhereThereAreJars() throws IOException {
    String launcher = Files.readString(ROOT.resolve("tyto"));
    assertTrue(launcher.contains("lib=\"$home/lib\""), "where deploy/Dockerfile puts them");
    String image = Files.readString(ROOT.resolve("deploy/Dockerfile"));
    assertTrue(image.contains("COPY server/target/lib /opt/tyto/lib\n"), image);
    assertFalse(image.contains("pom.xml"), "by which the launcher knows sources");
  }

  @Test
  void settingsAreShownWithoutPasswords() {
    CommandRunner.Outcome shown =
        CommandRunner.capture(
            "config", "show", "--nats-servers", "nats://me:hunter2@one:4222,nats://two:4222");
    assertEquals(0, shown.code(), shown.output());
    assertTrue(shown.output().contains("nats://***@one:4222,nats://two:4222"), shown.output());
    assertFalse(shown.output().contains("hunter2"), shown.output());
  }

  @Test
  void buildsCanBeRepeated() throws IOException {
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    assertTrue(
        Pattern.compile("<project.build.outputTimestamp>2\\d{3}-[^<]+<").matcher(pom).find());
    assertTrue(pom.contains("<artifactId>cyclonedx-maven-plugin</artifactId>"));
    for (String open : List.of("LATEST", "RELEASE", "[1", "-SNAPSHOT</version></dependency>")) {
      assertFalse(pom.contains("<version>" + open), open);
    }
  }
}
