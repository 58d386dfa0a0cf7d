import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/** Starts one Elasticsearch node from the jars on Maven Central: `Launch SETTING=VALUE...`, home in `es.path.home`. */
public class Launch {
    private static final String NODE_NAME = "flagship-test";

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(System.getProperty("es.path.home")).toAbsolutePath();
        LogConfigurator.configureESLogging();
        LogConfigurator.registerErrorListener();
        LogConfigurator.setNodeName(NODE_NAME);
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            Settings.builder().put("path.home", home.toString()).build(),
            settingsOf(arguments), home.resolve("config"), () -> NODE_NAME);
        LogConfigurator.configure(environment, true);
        Node node = new Node(environment,
            PluginsLoader.createPluginsLoader(modules(environment.modulesDir()), Set.of(), Map.of()));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        Thread.currentThread().join();
    }

    private static Map<String, String> settingsOf(String[] arguments) {
        Map<String, String> settings = new HashMap<>();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            settings.put(argument.substring(0, at), argument.substring(at + 1));
        }
        return settings;
    }

    /** 9.x asks besides whether to look for stable plugins. */
    @SuppressWarnings("unchecked")
    private static Set<PluginBundle> modules(Path directory) throws Exception {
        String name = "loadModulesBundles";
        try {
            return (Set<PluginBundle>) PluginsLoader.class.getMethod(name, Path.class).invoke(null, directory);
        } catch (NoSuchMethodException e) {
            return (Set<PluginBundle>) PluginsLoader.class.getMethod(name, Path.class, boolean.class)
                .invoke(null, directory, false);
        }
    }

    private static void close(Node node) {
        try {
            node.prepareForClose();
            node.close();
            node.awaitClose(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            e.printStackTrace();
        }
    }
}
