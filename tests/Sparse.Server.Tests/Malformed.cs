namespace Sparse.Server.Tests;

/// <summary>Requests that no client should send: each has at least one thing that no route takes.</summary>
internal static class Malformed
{
    private static readonly string[] Bodies =
    [
        "", "{", "[]", "null", "12", "\"text\"", "{\"query\":", "{\"query\":\"\"}", "{\"query\":7}", "{\"query\":\"x\",\"k\":0}", "{\"query\":\"x\",\"k\":1e400}",
        "{\"query\":\"x\",\"k\":99999999999999999999}", "{\"query\":\"x\",\"from\":2147483647,\"k\":2147483647}", "{\"query\":\"x\",\"mode\":\"dense\"}", "{\"query\":\"x\",\"no\":1}",
        "{\"query\":\"\\ud800\"}", "{\"query\":\"x\",\"edits\":{\"x\":-1}}", "{\"query\":\"x\",\"edits\":{\"x\":\"NaN\"}}", "{\"query\":{\"match\":{}}}", "{\"query\":{\"neural_sparse\":{\"f\":{}}}}",
        "{\"query\":{\"neural_sparse\":{\"f\":{\"query_tokens\":{\"a\":\"b\"}}}}}", "{\"query\":{\"neural_sparse\":{\"f\":{\"query_tokens\":{\"a\":-1}}}},\"size\":5}", "{\"size\":1.5}", "{\"size\":-1,\"query\":{\"match\":{\"t\":\"x\"}}}",
        "{\"query\":{\"match\":{\"t\":\"\\udc00\"}}}", "{\"id\":\"\",\"text\":\"x\"}", "{\"id\":\"\\ud800\",\"text\":\"x\"}", "{\"id\":{},\"text\":\"x\"}", "{\"id\":\"a\",\"text\":[]}", "{\"delete\":3.5e1}x", "{\"index\":{\"_index\":\"../etc\"}}\n{}", "{\"index\":{}}", "{\"create\":{}}",
    ];

    private static readonly string[] Paths = ["/api/indexes/docs/search", "/api/indexes/docs/bulk", "/docs/_search", "/docs/_bulk"];
    private static readonly string[] Nowhere = ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc", "/api/indexes/..%2f..%2fetc/stats", "/api/indexes/%00/stats", "/api/indexes/docs/documents/%ff", "/page.js.map", "/api", "/api/indexes/docs/search", "/api/indexes/docs/search?q=x&k=many", "/api/indexes/docs/search?q=x&k=-1", "/api/indexes/docs/search?q=%F0%28"];

    public static (HttpMethod Method, string Path, string Body) Next(Random random) => random.Next(6) switch
    {
        0 => (HttpMethod.Get, Nowhere[random.Next(Nowhere.Length - 1)], ""),
        1 => (HttpMethod.Post, Paths[random.Next(Paths.Length)], Nested(random.Next(17, 3_000))),
        2 => (HttpMethod.Post, Paths[random.Next(Paths.Length)], Bytes(random)),
        3 => (HttpMethod.Put, "/api/indexes/docs/documents/" + new string('x', random.Next(600, 3_000)), "{\"text\":\"x\"}"),
        4 => (HttpMethod.Post, "/api/indexes/docs/search", "{\"query\":\"" + new string('y', random.Next(2_001, 9_000)) + "\"}"),
        _ => (HttpMethod.Post, random.Next(2) == 0 ? "/api/indexes/docs/search" : "/docs/_search", Bodies[random.Next(Bodies.Length)]),
    };

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Bytes(Random random) => "{" + string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => (char)random.Next(1, 0xd7ff)));
}
