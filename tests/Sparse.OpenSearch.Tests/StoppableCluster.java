import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** ../shared/opensearch/Start.java, but for nodes that can be stopped: StoppableCluster DATA_FOLDER NODES FIRST_HTTP_PORT; "stop N" on standard input closes node N. */
public class StoppableCluster {
    public static void main(String[] args) throws Exception {
        int nodes = Integer.parseInt(args[1]);
        int port = Integer.parseInt(args[2]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((i, settings) -> settings.put("http.port", port + i - 1))
              .build(OpenSearchRunner.newConfigs().clusterName("sparse-stop").numOfNode(nodes).basePath(args[0]).useLogger().printOnFailure());
        runner.ensureYellow();
        System.out.println("ready " + port);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            int node = Integer.parseInt(line.substring("stop ".length()));
            runner.getNode(node - 1).close();
            System.out.println("stopped " + node);
        }
        Runtime.getRuntime().halt(0);
    }
}
