import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** `SETTINGS create TOPIC PARTITIONS [NAME=VALUE...]`, `SETTINGS leaders TOPIC`, `SETTINGS allow PRINCIPAL RESOURCE_TYPE NAME OPERATION...`. */
final class AdminTool implements Tool {
    @Override
    public void run(List<String> arguments, List<String> input, PrintStream output) throws Exception {
        Properties settings = Tools.settings(arguments.get(0));
        List<String> rest = arguments.subList(2, arguments.size());
        switch (arguments.get(1)) {
            case "create" -> create(settings, rest);
            case "leaders" -> output.println(leaders(Tools.brokersOf(settings), rest.get(0)));
            case "allow" -> allow(settings, rest);
            default -> throw new IllegalArgumentException(arguments.get(1));
        }
    }

    private static void create(Properties settings, List<String> rest) throws Exception {
        Map<String, String> entries = rest.stream().skip(2).map(entry -> entry.split("=", 2))
            .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
        // As many replicas as the cluster has nodes: its default.
        NewTopic topic =
            new NewTopic(rest.get(0), Optional.of(Integer.parseInt(rest.get(1))), Optional.empty());
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(topic.configs(entries))).all().get();
        }
        Leaders.agreed(Tools.brokersOf(settings), rest.get(0), true);
    }

    private static ObjectNode leaders(List<String> brokers, String topic) throws Exception {
        ObjectNode leaders = Tools.JSON.createObjectNode();
        Leaders.agreed(brokers, topic, false)
            .forEach((partition, leader) -> leaders.put(String.valueOf(partition), leader.node()));
        return leaders;
    }

    private static void allow(Properties settings, List<String> rest) throws Exception {
        ResourcePattern resource =
            new ResourcePattern(ResourceType.fromString(rest.get(1)), rest.get(2), PatternType.LITERAL);
        List<AclBinding> bindings = rest.stream().skip(3).map(operation -> new AclBinding(resource, new AccessControlEntry(
            rest.get(0), "*", AclOperation.fromString(operation), AclPermissionType.ALLOW))).toList();
        try (Admin admin = Admin.create(settings)) {
            admin.createAcls(bindings).all().get();
            // The controller has them; the broker, which judges, takes them from its log a moment later.
            for (AclBinding binding : bindings)
                while (admin.describeAcls(binding.toFilter()).values().get().isEmpty()) Thread.sleep(20);
        }
    }
}
