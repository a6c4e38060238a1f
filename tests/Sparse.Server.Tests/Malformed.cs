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

    // Each breaks a parameter of its own, in a search that is well-formed otherwise.
    private static readonly string[] Parts =
    [
        "\"mode\":\"\"", "\"mode\":3", "\"mode\":\"Hybrid\"", "\"encoder\":\"../model\"", "\"k\":-1", "\"k\":2e9", "\"k\":1001", "\"from\":-1", "\"from\":1e300", "\"filter\":\"\"", "\"filter\":\"(((\"",
        "\"filter\":\"year = /etc/passwd\"", "\"filter\":\"lang in ()\"", "\"filter\":\"nothing = 1\"", "\"filter\":\"year >\"", "\"filter\":\"lang = 'x\"", "\"filter\":7", "\"filter\":\"\\ud800 = 1\"",
        "\"facets\":[null]", "\"facets\":\"lang\"", "\"facets\":[\"text\"]", "\"facets\":[\"a/b\"]", "\"facets\":[\"lang\"],\"facetValues\":0", "\"facetValues\":99999999999", "\"sort\":[null]", "\"sort\":[\"\"]", "\"sort\":[\"-\"]",
        "\"sort\":[\"text\"]", "\"sort\":{}", "\"minScore\":\"many\"", "\"minScore\":1e999", "\"syntax\":\"sql\"", "\"syntax\":\"lucene\",\"mode\":\"sparse\"", "\"explain\":1", "\"explain\":true,\"k\":999", "\"highlight\":\"yes\"",
        "\"highlight\":true,\"passageLength\":1", "\"passageLength\":-2147483648", "\"spelling\":null", "\"withoutRules\":\"\"", "\"fusion\":[]", "\"fusion\":{\"method\":\"\"}", "\"fusion\":{\"method\":null,\"feedback\":-1}",
        "\"fusion\":{\"weights\":{\"bm25\":-1}}", "\"fusion\":{\"weights\":{\"../../etc\":1}}", "\"fusion\":{\"missing\":\"no\"}", "\"fusion\":{\"rank\":1}", "\"edits\":{\"x\":1e9}", "\"edits\":{\"x\":null}", "\"edits\":[]", "\"tokens\":{\"x\":-1}", "\"tokens\":[]",
    ];

    private static readonly string[] Foreign =
    [
        "{\"query\":{\"bool\":{}}}", "{\"query\":{\"bool\":{\"filter\":[]}}}", "{\"query\":{\"bool\":{\"must\":[]}}}", "{\"query\":{\"hybrid\":{\"queries\":[]}}}", "{\"query\":{\"query_string\":{\"query\":\"(((\"}}}", "{\"query\":{\"match\":{\"t\":\"x\"}},\"sort\":[{\"year\":\"up\"}]}",
        "{\"query\":{\"match\":{\"t\":\"x\"}},\"aggs\":{\"a\":{\"avg\":{}}}}", "{\"query\":{\"match\":{\"t\":\"x\"}},\"aggs\":[]}", "{\"query\":{\"match\":{\"t\":\"x\"}},\"_source\":7}", "{\"query\":{\"match\":{\"t\":\"x\"}},\"script\":\"rm\"}", "{\"query\":{\"match\":{\"t\":\"x\"}},\"size\":100000}",
        "{\"query\":{\"bool\":{\"must\":{\"match\":{\"t\":\"x\"}},\"filter\":{\"term\":{\"a or b\":[]}}}}}", "{\"query\":{\"bool\":{\"must\":{\"match\":{\"t\":\"x\"}},\"filter\":{\"range\":{\"year\":{\"from\":1}}}}}}", "{\"query\":{\"bool\":{\"must\":{\"match\":{\"t\":\"x\"}},\"filter\":{\"prefix\":{\"lang\":\"') or x\"}}}}}",
        "{\"query\":{\"match\":{\"t\":\"x\"}},\"min_score\":[]}", "{\"query\":{\"match\":{\"t\":\"x\"}},\"post_filter\":{\"exists\":{}}}", "{\"query\":{\"neural_sparse\":{\"v\":{\"query_tokens\":{\"a\":1e39}}}}}",
    ];

    private static readonly string[] BadRules = ["{}", "[]", "{\"action\":\"explode\"}", "{\"action\":3}", "{\"action\":\"boost\"}", "{\"action\":\"boost\",\"term\":\"x\",\"factor\":-1}", "{\"action\":\"synonym\",\"term\":\"x\"}", "{\"action\":\"pin\",\"document\":\"x\",\"position\":0}"];
    private static readonly string[] Addresses = ["?q=", "?q=x&mode=y", "?q=x&explain=perhaps", "?q=x&minScore=z", "?q=x&filter=%28", "?q=x&facet=no", "?q=x&sort=no&sort=nowhere", "?q=x&k=1e9", "?k=3", "?q=x&from=-1", "?q=x&encoder=%00", "?q=x&syntax=%2e%2e%2f"];

    private static readonly string[] Paths = ["/api/indexes/docs/search", "/api/indexes/docs/bulk", "/docs/_search", "/docs/_bulk", "/mcp"];
    private static readonly string[] Nowhere = ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc", "/api/indexes/..%2f..%2fetc/stats", "/api/indexes/%00/stats", "/api/indexes/docs/documents/%ff", "/page.js.map", "/apis", "/api/indexes/docs/search?q=x&k=many", "/api/indexes/docs/search?q=x&k=-1", "/api/indexes/docs/search?q=%F0%28"];

    public static (HttpMethod Method, string Path, string Body) Next(Random random) => random.Next(10) switch
    {
        0 => (HttpMethod.Get, Nowhere[random.Next(Nowhere.Length - 1)], ""),
        1 => (HttpMethod.Post, Paths[random.Next(Paths.Length)], Nested(random.Next(17, 3_000))),
        2 => (HttpMethod.Post, Paths[random.Next(Paths.Length)], Bytes(random)),
        3 => (HttpMethod.Put, "/api/indexes/docs/documents/" + new string('x', random.Next(600, 3_000)), "{\"text\":\"x\"}"),
        6 => (HttpMethod.Post, "/api/indexes/docs/search", "{\"query\":\"old cars\"," + Parts[random.Next(Parts.Length)] + "}"),
        7 => (HttpMethod.Post, "/docs/_search", Foreign[random.Next(Foreign.Length)]),
        8 => (HttpMethod.Put, "/api/indexes/docs/rules/r" + random.Next(100), BadRules[random.Next(BadRules.Length)]),
        9 => (HttpMethod.Get, "/api/indexes/docs/search" + Addresses[random.Next(Addresses.Length)], ""),
        4 => (HttpMethod.Post, "/api/indexes/docs/search", "{\"query\":\"" + new string('y', random.Next(2_001, 9_000)) + "\"}"),
        _ => (HttpMethod.Post, random.Next(2) == 0 ? "/api/indexes/docs/search" : "/docs/_search", Bodies[random.Next(Bodies.Length)]),
    };

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Bytes(Random random) => "{" + string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => (char)random.Next(1, 0xd7ff)));
}
