import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
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
        List<String> rest = arguments.subList(2, arguments.size());
        try (Admin admin = Admin.create(Tools.settings(arguments.get(0)))) {
            switch (arguments.get(1)) {
                case "create" -> create(admin, rest);
                case "leaders" -> output.println(leaders(admin, rest.get(0)));
                case "allow" -> allow(admin, rest);
                default -> throw new IllegalArgumentException(arguments.get(1));
            }
        }
    }

    private static void create(Admin admin, List<String> rest) throws Exception {
        Map<String, String> settings = rest.stream().skip(2).map(entry -> entry.split("=", 2))
            .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
        // As many replicas as the cluster has nodes: its default.
        NewTopic topic =
            new NewTopic(rest.get(0), Optional.of(Integer.parseInt(rest.get(1))), Optional.empty());
        admin.createTopics(List.of(topic.configs(settings))).all().get();
    }

    private static ObjectNode leaders(Admin admin, String name) throws Exception {
        TopicDescription topic = admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
        ObjectNode leaders = Tools.JSON.createObjectNode();
        topic.partitions().forEach(partition -> leaders.put(
            String.valueOf(partition.partition()), partition.leader() == null ? -1 : partition.leader().id()));
        return leaders;
    }

    private static void allow(Admin admin, List<String> rest) throws Exception {
        ResourcePattern resource =
            new ResourcePattern(ResourceType.fromString(rest.get(1)), rest.get(2), PatternType.LITERAL);
        List<AclBinding> bindings = rest.stream().skip(3).map(operation -> new AclBinding(resource, new AccessControlEntry(
            rest.get(0), "*", AclOperation.fromString(operation), AclPermissionType.ALLOW))).toList();
        admin.createAcls(bindings).all().get();
    }
}
