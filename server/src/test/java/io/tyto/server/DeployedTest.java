package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.gateway.http.ListenAddress;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// What `deploy` holds for engines of containers, read as they would: it agrees with the settings,
/// the routes and the ports that there are, and asks for no rights.
final class DeployedTest {
  private static final Path DEPLOY = Path.of("../deploy");
  private static final Path KUBERNETES = DEPLOY.resolve("kubernetes");
  private static final Set<String> OF_THE_LAUNCHER =
      Set.of("TYTO_JAVA_HOME", "TYTO_JVM", "TYTO_SERVER_FILE");
  private static final String USER = "10001";

  /// Of values that an engine fills in.
  private static final Map<String, String> FIELDS =
      Map.of(
          "metadata.name", "tyto-node-0",
          "spec.nodeName", "machine-1",
          "status.podIP", "10.0.0.1");

  /// A value of YAML on a way that need not exist.
  private record Yaml(@Nullable Object value) {
    static List<Yaml> documents(Path file) throws IOException {
      Load load =
          new Load(
              LoadSettings.builder()
                  .setLabel(file.toString())
                  .setAllowDuplicateKeys(false)
                  .build());
      List<Yaml> documents = new ArrayList<>();
      load.loadAllFromString(Files.readString(file))
          .forEach(one -> documents.add(new Yaml(merged(one))));
      return documents;
    }

    /// With what `<<` brings in, which is of YAML 1.1, and of Compose.
    private static @Nullable Object merged(@Nullable Object value) {
      if (value instanceof List<?> list) {
        List<@Nullable Object> all = new ArrayList<>();
        list.forEach(one -> all.add(merged(one)));
        return all;
      }
      if (!(value instanceof Map<?, ?> map)) {
        return value;
      }
      Map<Object, @Nullable Object> all = new HashMap<>();
      if (merged(map.get("<<")) instanceof Map<?, ?> brought) {
        all.putAll(brought);
      }
      map.forEach((key, one) -> all.put(key, merged(one)));
      all.remove("<<");
      return all;
    }

    Yaml get(String... path) {
      Object at = value;
      for (String name : path) {
        at = at instanceof Map<?, ?> map ? map.get(name) : null;
      }
      return new Yaml(at);
    }

    List<Yaml> list() {
      return value instanceof List<?> list ? list.stream().map(Yaml::new).toList() : List.of();
    }

    Map<String, Yaml> map() {
      Map<String, Yaml> map = new HashMap<>();
      if (value instanceof Map<?, ?> all) {
        all.forEach((key, one) -> map.put(String.valueOf(key), new Yaml(one)));
      }
      return map;
    }

    /// What has to be text, as engines refuse numbers and booleans there.
    String quoted() {
      assertTrue(value instanceof String, "not text: " + value);
      return text();
    }

    String text() {
      return String.valueOf(Objects.requireNonNull(value));
    }
  }

  /// Every object of Kubernetes that is applied.
  private static List<Yaml> objects() throws IOException {
    List<Yaml> objects = new ArrayList<>();
    for (Yaml file : kustomization().get("resources").list()) {
      objects.addAll(Yaml.documents(KUBERNETES.resolve(file.text())));
    }
    return objects;
  }

  private static Yaml kustomization() throws IOException {
    return Yaml.documents(KUBERNETES.resolve("kustomization.yaml")).getFirst();
  }

  private static Yaml object(String kind, String name) throws IOException {
    return objects().stream()
        .filter(one -> one.get("kind").text().equals(kind))
        .filter(one -> one.get("metadata", "name").text().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<Yaml> workloads() throws IOException {
    return List.of(object("StatefulSet", "tyto-node"), object("Deployment", "tyto-gateway"));
  }

  private static Yaml container(Yaml workload) {
    List<Yaml> containers = workload.get("spec", "template", "spec", "containers").list();
    assertEquals(1, containers.size());
    return containers.getFirst();
  }

  /// What the process finds in its environment, that of the image too.
  private static Map<String, String> environment(Yaml workload) throws IOException {
    Map<String, String> all = new HashMap<>(imageEnvironment());
    for (Yaml from : container(workload).get("envFrom").list()) {
      object("ConfigMap", from.get("configMapRef", "name").text())
          .get("data")
          .map()
          .forEach((name, value) -> all.put(name, value.quoted()));
    }
    for (Yaml one : container(workload).get("env").list()) {
      Yaml field = one.get("valueFrom", "fieldRef", "fieldPath");
      String value =
          field.value() == null
              ? one.get("value").quoted()
              : Objects.requireNonNull(FIELDS.get(field.text()), field.text());
      all.put(one.get("name").text(), value.replace("$(POD_IP)", "" + all.get("POD_IP")));
    }
    return all;
  }

  private static Map<String, String> imageEnvironment() throws IOException {
    String file = Files.readString(DEPLOY.resolve("Dockerfile"));
    return Pattern.compile("(TYTO_[A-Z_]+)=(\\S+)")
        .matcher(file)
        .results()
        .collect(Collectors.toMap(one -> one.group(1), one -> one.group(2)));
  }

  private static Settings settings(Map<String, String> environment) {
    return Settings.resolve(null, environment, Map.of());
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(DEPLOY)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void everyVariableIsASetting() throws IOException {
    Set<String> known = new TreeSet<>(OF_THE_LAUNCHER);
    Arrays.stream(Setting.values()).map(Setting::environmentVariable).forEach(known::add);
    Set<String> named = new TreeSet<>();
    for (Path file : files()) {
      Pattern.compile("TYTO_[A-Z_]+")
          .matcher(Files.readString(file))
          .results()
          .map(MatchResult::group)
          .forEach(named::add);
    }
    assertTrue(named.size() > 10, named.toString());
    named.removeAll(known);
    assertEquals(Set.of(), named);
  }

  @Test
  void everyObjectIsNamedOnceAndEveryFileIsApplied() throws IOException {
    Set<String> names = new HashSet<>();
    for (Yaml one : objects()) {
      assertFalse(one.get("apiVersion").text().isEmpty());
      String name = one.get("kind").text() + "/" + one.get("metadata", "name").text();
      assertTrue(names.add(name), name);
    }
    Set<String> applied =
        kustomization().get("resources").list().stream()
            .map(Yaml::text)
            .collect(Collectors.toSet());
    applied.add("kustomization.yaml");
    try (Stream<Path> files = Files.list(KUBERNETES)) {
      assertEquals(
          applied,
          files
              .filter(Files::isRegularFile)
              .map(file -> String.valueOf(file.getFileName()))
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void processesStartWithTheirSettings() throws IOException {
    for (Yaml workload : workloads()) {
      Settings settings = settings(environment(workload));
      AccessControl.check(settings);
      boolean isGateway = workload.get("kind").text().equals("Deployment");
      assertEquals(isGateway, ClusterSettings.isGateway(settings));
      assertEquals(!isGateway, ClusterSettings.isNode(settings));
      assertEquals("tyto-node-0", settings.text(Setting.NODE));
      assertEquals("/data", settings.path(Setting.DATA).toString());
    }
  }

  @Test
  void portsAreThoseOfTheSettings() throws IOException {
    for (Yaml workload : workloads()) {
      Settings settings = settings(environment(workload));
      Map<String, String> ports = ports(workload);
      int calls = NodeAddress.parse(settings.text(Setting.CLUSTER_LISTEN)).port();
      Setting asked = ClusterSettings.isNode(settings) ? Setting.ADMIN_LISTEN : Setting.LISTEN;
      assertEquals(
          Map.of(
              door(workload),
              "" + ListenAddress.parse(settings.text(asked)).port(),
              "calls",
              "" + calls,
              "members",
              "" + (calls + 1)),
          ports);
      NodeAddress seeds = NodeAddress.parse(settings.text(Setting.CLUSTER_SEEDS));
      Yaml headless = object("Service", seeds.host());
      assertEquals("None", headless.get("spec", "clusterIP").text());
      assertEquals("true", headless.get("spec", "publishNotReadyAddresses").text());
      assertEquals(calls, seeds.port());
    }
    for (Yaml service : objects()) {
      if (service.get("kind").text().equals("Service")) {
        portsLeadSomewhere(service);
      }
    }
    assertTrue(
        Files.readString(DEPLOY.resolve("Dockerfile")).contains("\nEXPOSE 8080\n"),
        "the port of http");
  }

  /// The port of HTTP: callers ask gateways, and nodes nobody but probes.
  private static String door(Yaml workload) {
    return workload.get("kind").text().equals("Deployment") ? "http" : "operators";
  }

  private static Map<String, String> ports(Yaml workload) {
    Map<String, String> ports = new HashMap<>();
    for (Yaml port : container(workload).get("ports").list()) {
      ports.put(port.get("name").text(), port.get("containerPort").text());
    }
    return ports;
  }

  private static void portsLeadSomewhere(Yaml service) throws IOException {
    Yaml workload = selected(service.get("spec", "selector"));
    for (Yaml port : service.get("spec", "ports").list()) {
      String there = ports(workload).get(port.get("targetPort").text());
      assertNotNull(there, port.toString());
      // Members find each other by the number; callers come by that of HTTP.
      boolean isSame = there.equals(port.get("port").text());
      assertEquals(!port.get("name").text().equals("http"), isSame, port.toString());
    }
  }

  private static Yaml selected(Yaml labels) throws IOException {
    List<Yaml> found =
        workloads().stream()
            .filter(
                one -> one.get("spec", "template", "metadata", "labels").map().equals(labels.map()))
            .toList();
    assertEquals(1, found.size(), labels.toString());
    return found.getFirst();
  }

  @Test
  void whatPointsAtProcessesFindsThem() throws IOException {
    for (Yaml workload : workloads()) {
      assertEquals(workload, selected(workload.get("spec", "selector", "matchLabels")));
      for (Yaml spread :
          workload.get("spec", "template", "spec", "topologySpreadConstraints").list()) {
        assertEquals(workload, selected(spread.get("labelSelector", "matchLabels")));
      }
    }
    assertEquals(
        "tyto-nodes", object("StatefulSet", "tyto-node").get("spec", "serviceName").text());
    for (String name : List.of("tyto-node", "tyto-gateway")) {
      Yaml budget = object("PodDisruptionBudget", name);
      Yaml kept = selected(budget.get("spec", "selector", "matchLabels"));
      assertEquals(name, kept.get("metadata", "name").text());
    }
    Yaml scaled = object("HorizontalPodAutoscaler", "tyto-gateway").get("spec");
    Yaml target = scaled.get("scaleTargetRef");
    Yaml gateways = object(target.get("kind").text(), target.get("name").text());
    // Said twice, every apply would take the autoscaler's number back.
    assertEquals(null, gateways.get("spec", "replicas").value());
    assertNotNull(container(gateways).get("resources", "requests", "cpu").value());
    assertTrue(Integer.parseInt(scaled.get("minReplicas").text()) > 1);
  }

  @Test
  void probesAreRoutes() throws IOException {
    List<String> routes = new ArrayList<>();
    try (InputStream in = DeployedTest.class.getResourceAsStream("matrix/routes.txt")) {
      new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(routes::add);
    }
    for (Yaml workload : workloads()) {
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        Yaml get = container(workload).get(probe, "httpGet");
        assertTrue(routes.contains("GET " + get.get("path").text()), get.toString());
        assertEquals(door(workload), get.get("port").text());
      }
      String ready = container(workload).get("readinessProbe", "httpGet", "path").text();
      assertEquals("/ready", ready);
    }
    for (Yaml service : composed().values()) {
      String check = service.get("healthcheck", "test").list().getLast().text();
      assertTrue(routes.contains("GET /ready") && check.contains("GET /ready HTTP/1.1"), check);
    }
  }

  @Test
  void nothingRunsAsRootOrWritesElsewhere() throws IOException {
    for (Yaml workload : workloads()) {
      Yaml pod = workload.get("spec", "template", "spec");
      assertEquals("true", pod.get("securityContext", "runAsNonRoot").text());
      assertEquals(USER, pod.get("securityContext", "runAsUser").text());
      assertEquals("RuntimeDefault", pod.get("securityContext", "seccompProfile", "type").text());
      assertEquals("false", pod.get("automountServiceAccountToken").text());
      // They would be variables of the environment that begin like settings.
      assertEquals("false", pod.get("enableServiceLinks").text());
      Yaml container = container(workload);
      Yaml rights = container.get("securityContext");
      assertEquals("false", rights.get("allowPrivilegeEscalation").text());
      assertEquals("true", rights.get("readOnlyRootFilesystem").text());
      assertEquals("[ALL]", rights.get("capabilities", "drop").text());
      assertEquals(
          container.get("resources", "requests", "memory").text(),
          container.get("resources", "limits", "memory").text());
      Set<String> volumes =
          pod.get("volumes").list().stream()
              .map(one -> one.get("name").text())
              .collect(Collectors.toSet());
      Set<String> writable = new TreeSet<>();
      for (Yaml mount : container.get("volumeMounts").list()) {
        assertTrue(volumes.contains(mount.get("name").text()), mount.toString());
        if (mount.get("readOnly").value() == null) {
          writable.add(mount.get("mountPath").text());
        }
      }
      assertEquals(Set.of("/data", "/tmp"), writable);
    }
    Yaml claim = object("PersistentVolumeClaim", "tyto-data");
    assertEquals("[ReadWriteMany]", claim.get("spec", "accessModes").text());
    Yaml generated = kustomization().get("configMapGenerator").list().getFirst();
    assertEquals("tyto-config", generated.get("name").text());
  }

  @Test
  void theImageRunsAsNobodyAndHoldsWhatIsBuilt() throws IOException {
    List<String> lines = Files.readAllLines(DEPLOY.resolve("Dockerfile"));
    List<String> users = lines.stream().filter(line -> line.startsWith("USER ")).toList();
    assertEquals(List.of("USER %s:%s".formatted(USER, USER)), users);
    assertTrue(
        lines.indexOf(users.getFirst()) > lines.lastIndexOf("FROM debian:13-slim"),
        "in the last stage");
    assertTrue(lines.stream().noneMatch(line -> line.startsWith("ADD ")), "fetches nothing");
    Set<String> sent = new TreeSet<>();
    for (String line : Files.readAllLines(DEPLOY.resolve("Dockerfile.dockerignore"))) {
      if (line.startsWith("!")) {
        sent.add(line.substring(1));
      }
    }
    Set<String> copied = new TreeSet<>();
    for (String line : lines) {
      if (line.startsWith("COPY ") && !line.contains("--from")) {
        copied.add(line.split(" ")[1]);
      }
    }
    assertEquals(sent, copied);
    for (String source : copied) {
      boolean isMade = source.contains("/target/");
      assertTrue(isMade || Files.exists(Path.of("..").resolve(source)), source);
    }
    assertTrue(copied.contains("server/target/lib"), "where the build puts the jars");
  }

  /// The processes of the Compose file, without its broker.
  private static Map<String, Yaml> composed() throws IOException {
    Map<String, Yaml> services =
        Yaml.documents(DEPLOY.resolve("compose.yaml")).getFirst().get("services").map();
    services.keySet().removeAll(List.of("kafka", "topics"));
    return services;
  }

  @Test
  void composeStartsThreeProcessesAndAGateway() throws IOException {
    Map<String, Yaml> services = composed();
    assertEquals(Set.of("node1", "node2", "node3", "gateway"), services.keySet());
    Set<String> listening = new TreeSet<>();
    Set<String> published = new TreeSet<>();
    String seeds = "";
    for (Map.Entry<String, Yaml> one : services.entrySet()) {
      Yaml service = one.getValue();
      Map<String, String> environment = new HashMap<>(imageEnvironment());
      service
          .get("environment")
          .map()
          .forEach((name, value) -> environment.put(name, value.text()));
      Settings settings = settings(environment);
      AccessControl.check(settings);
      boolean isGateway = one.getKey().equals("gateway");
      assertEquals(isGateway, ClusterSettings.isGateway(settings));
      assertEquals(!isGateway, ClusterSettings.isNode(settings));
      assertEquals(one.getKey(), settings.text(Setting.NODE));
      NodeAddress listen = NodeAddress.parse(settings.text(Setting.CLUSTER_LISTEN));
      assertEquals(
          listen.host(), service.get("networks", "cluster", "ipv4_address").text(), one.getKey());
      seeds = settings.text(Setting.CLUSTER_SEEDS);
      if (!isGateway) {
        listening.add(listen.toString());
      }
      for (Yaml mapped : service.get("ports").list()) {
        String[] port = mapped.text().split(":");
        assertEquals("127.0.0.1", port[0]);
        published.add(one.getKey());
        assertEquals("" + ListenAddress.parse(settings.text(Setting.LISTEN)).port(), port[2]);
      }
      assertEquals("true", service.get("read_only").text());
      assertEquals("[ALL]", service.get("cap_drop").text());
      assertEquals("[no-new-privileges:true]", service.get("security_opt").text());
      assertEquals(USER + ":" + USER, service.get("user").text());
    }
    assertEquals(Set.of("gateway"), published, "whom callers reach");
    assertEquals(listening, new TreeSet<>(List.of(seeds.split(","))));
  }

  @Test
  void theConfigsAreRight() {
    CommandRunner.Outcome checked =
        CommandRunner.capture(
            "config", "check", "--config", KUBERNETES.resolve("config").toString());
    assertEquals(0, checked.code(), checked.output());
  }

  @Test
  void theServiceOfAClusterChangesWhatHasToChange() throws IOException {
    List<String> lines = Files.readAllLines(DEPLOY.resolve("tyto.service.d/cluster.conf"));
    int reset = lines.indexOf("ExecStart=");
    assertTrue(reset > 0, "a second ExecStart would be refused");
    String start = lines.get(reset + 1);
    assertTrue(start.startsWith("ExecStart=/opt/tyto/tyto serve "), start);
    Set<String> flags =
        Arrays.stream(Setting.values()).map(Setting::flag).collect(Collectors.toSet());
    Stream.of(start.split(" "))
        .filter(word -> word.startsWith("--"))
        .forEach(flag -> assertTrue(flags.contains(flag), flag));
    String data = start.replaceAll(".* --data (\\S+).*", "$1");
    assertTrue(lines.contains("ReadWritePaths=" + data));
    assertTrue(lines.contains("RequiresMountsFor=" + data));
  }
}
