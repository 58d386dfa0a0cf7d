package flagship.standins;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Set;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.features.FeatureSpecification;
import org.elasticsearch.features.NodeFeature;

/** Declares the features of DataStream, as the data-streams module does: without them nothing goes to a failure store. */
public class StandInFeatures implements FeatureSpecification {
    @Override
    public Set<NodeFeature> getFeatures() {
        Set<NodeFeature> features = new HashSet<>();
        for (Field field : DataStream.class.getFields()) {
            if (field.getType() == NodeFeature.class && Modifier.isStatic(field.getModifiers())) features.add(valueOf(field));
        }
        return features;
    }

    private static NodeFeature valueOf(Field field) {
        try {
            return (NodeFeature) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
