using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;
using Polly.Retry;

namespace Sparse.OpenSearch.Cluster;

/// <summary>Sends requests to a cluster: the next node where one does not answer, again after a while where the cluster can't take them now.</summary>
/// <remarks>Every request that is sent here may be sent twice: documents have ids, and everything else sets a state. Safe for concurrent use.</remarks>
internal sealed class ClusterClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Lines = new("application/x-ndjson");

    private readonly ClusterAddress _address;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<bool> _repeat;
    private int _host;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="address">The cluster.</param>
    /// <param name="options">Credentials, time limit, retries.</param>
    public ClusterClient(ClusterAddress address, OpenSearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1);
        _address = address;
        Connections = options.Connections;
        _repeat = options.Retries == 0 ? ResiliencePipeline<bool>.Empty : new ResiliencePipelineBuilder<bool>().AddRetry(new RetryStrategyOptions<bool>
        {
            MaxRetryAttempts = options.Retries,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(10),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder<bool>().HandleResult(false),
        }).Build();
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AutomaticDecompression = DecompressionMethods.All,

            // A redirect would carry documents, and perhaps credentials, where the user did not send them.
            AllowAutoRedirect = false,
        })
        { Timeout = options.Timeout };
        _http.DefaultRequestHeaders.Authorization = Credentials(options);
    }

    /// <summary>Bulk requests under way at once.</summary>
    public int Connections { get; }

    /// <summary>The address for messages.</summary>
    public string Address => _address.Text;

    /// <summary>Runs an attempt until it says that it is done, with growing pauses between.</summary>
    /// <param name="attempt">Returns true when nothing is left to do.</param>
    /// <param name="cancellationToken">Stops between attempts.</param>
    /// <returns>False when the last attempt was not done either.</returns>
    public bool Repeat(Func<bool> attempt, CancellationToken cancellationToken) => _repeat.Execute(_ => attempt(), cancellationToken);

    /// <summary>Sends a request with a JSON body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path behind the host, without a slash at its front.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answer; null where the server says that there is no such thing (404).</returns>
    /// <exception cref="IOException">The cluster can't be reached, or could not take the request for too long.</exception>
    /// <exception cref="UnauthorizedAccessException">The credentials are missing, wrong or do not suffice.</exception>
    /// <exception cref="InvalidDataException">The server refuses the request.</exception>
    public JsonElement? Send(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancellationToken = default) =>
        Send(method, path, body is null ? default : Encoding.UTF8.GetBytes(body.ToJsonString()), Json, cancellationToken);

    /// <summary>Sends lines of JSON.</summary>
    /// <param name="path">The path behind the host.</param>
    /// <param name="lines">The lines, each with its end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answer; null where the server says that there is no such thing (404).</returns>
    public JsonElement? SendLines(string path, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) => Send(HttpMethod.Post, path, lines, Lines, cancellationToken);

    /// <summary>Asks who is there, once at each address: whoever mistypes one should not wait for half a minute.</summary>
    /// <returns>The answer of <c>GET /</c>.</returns>
    public JsonElement Greet()
    {
        Reply reply = default;
        for (int i = 0; i < _address.Hosts.Count && reply.Status == 0; i++)
        {
            reply = Attempt(HttpMethod.Get, "", default, Json, default);
        }

        return reply.Status == 0 ? throw Unreachable(reply.Failure) : Checked(reply) ?? throw NoSuchServer();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>A server that is neither of the two.</summary>
    /// <param name="cause">What gave it away, or null.</param>
    public InvalidDataException NoSuchServer(Exception? cause = null) =>
        new($"What answers at {Address} is neither OpenSearch nor Elasticsearch; check host, port and path.", cause);

    private static AuthenticationHeaderValue? Credentials(OpenSearchOptions options)
    {
        if ((options.ApiKey ?? Environment.GetEnvironmentVariable("SPARSE_API_KEY")) is { Length: > 0 } key)
        {
            return new AuthenticationHeaderValue("ApiKey", key.All(c => c is > ' ' and <= '~') ? key
                : throw new ArgumentException("The API key holds blanks or characters that no key has; check SPARSE_API_KEY.", nameof(options)));
        }

        if ((options.User ?? Environment.GetEnvironmentVariable("SPARSE_USER")) is { Length: > 0 } user)
        {
            string password = options.Password ?? Environment.GetEnvironmentVariable("SPARSE_PASSWORD") ?? "";
            return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password)));
        }

        return null;
    }

    private JsonElement? Send(HttpMethod method, string path, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type, CancellationToken cancellationToken)
    {
        Reply reply = default;
        Repeat(() => !(reply = Attempt(method, path, body, type, cancellationToken)).IsTransient, cancellationToken);
        return reply.Status == 0 ? throw Unreachable(reply.Failure) : Checked(reply);
    }

    private Reply Attempt(HttpMethod method, string path, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type, CancellationToken cancellationToken)
    {
        int host = Volatile.Read(ref _host);
        Uri url = new(_address.Hosts[host % _address.Hosts.Count], path);
        try
        {
            using var request = new HttpRequestMessage(method, url);
            if (!body.IsEmpty)
            {
                request.Content = new ReadOnlyMemoryContent(body);
                request.Content.Headers.ContentType = type;
            }

            using HttpResponseMessage response = _http.Send(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            using var content = new MemoryStream();
            response.Content.ReadAsStream(cancellationToken).CopyTo(content);
            var reply = new Reply((int)response.StatusCode, content.ToArray(), null);
            return reply.IsTransient ? Next(reply) : reply;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Next(new Reply(0, [], e));
        }

        Reply Next(Reply reply)
        {
            Interlocked.CompareExchange(ref _host, unchecked(host + 1) & int.MaxValue, host);
            return reply;
        }
    }

    private JsonElement? Checked(Reply reply)
    {
        JsonElement body = default;
        if (reply.Body.Length > 0)
        {
            try
            {
                body = JsonElement.Parse(reply.Body);
            }
            catch (JsonException e) when (reply.Status is < 400)
            {
                throw NoSuchServer(e);
            }
            catch (JsonException)
            {
                // A proxy's page: its status says enough.
            }
        }

        string reason = Reason(body);
        return reply.Status switch
        {
            >= 200 and < 300 => body.ValueKind == JsonValueKind.Undefined ? throw NoSuchServer() : body,
            404 => null,
            401 => throw new UnauthorizedAccessException($"The server at {Address} wants to know who asks, or does not know the key or password given (401); set SPARSE_API_KEY, or SPARSE_USER and SPARSE_PASSWORD."),
            403 => throw new UnauthorizedAccessException($"The server at {Address} does not allow this to the user who asks (403): {reason}."),
            >= 300 and < 400 => throw new InvalidDataException($"The server at {Address} points to another address ({reply.Status}), which is not followed; give that address itself."),
            429 or >= 500 => throw new IOException($"The server at {Address} could not do it ({reply.Status}): {reason}. Nothing is lost; run it again when the cluster is well."),
            _ => throw new InvalidDataException($"The server at {Address} refuses this ({reply.Status}): {reason}."),
        };
    }

    /// <summary>Why a request or an item of one failed, as the server says it.</summary>
    /// <param name="answer">An answer with a member "error".</param>
    public static string Reason(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("error", out JsonElement error))
        {
            return "no reason given";
        }

        string text = error.ValueKind == JsonValueKind.String ? error.GetString()! : error.ToString();
        if (error.ValueKind == JsonValueKind.Object)
        {
            JsonElement cause = error;
            if (error.TryGetProperty("root_cause", out JsonElement causes) && causes.ValueKind == JsonValueKind.Array && causes.GetArrayLength() > 0)
            {
                cause = causes[0];
            }

            while (cause.TryGetProperty("caused_by", out JsonElement deeper) && deeper.ValueKind == JsonValueKind.Object)
            {
                cause = deeper;
            }

            text = $"{(cause.TryGetProperty("type", out JsonElement type) ? type.ToString() : "error")}, {(cause.TryGetProperty("reason", out JsonElement reason) ? reason.ToString() : "no reason given")}";
        }

        return text.Length <= 300 ? text.TrimEnd('.') : text[..300] + "…";
    }

    private IOException Unreachable(Exception? cause)
    {
        string why = cause is OperationCanceledException ? $"no answer within {_http.Timeout.TotalSeconds:0} seconds" : (cause?.InnerException ?? cause)?.Message.TrimEnd('.') ?? "no answer";
        string others = _address.Hosts.Count > 1 ? $" (nor the {_address.Hosts.Count - 1} others)" : "";
        return new IOException($"The server at {Address}{others} can't be reached: {why}. Check the address, and that it runs.", cause);
    }

    private readonly record struct Reply(int Status, byte[] Body, Exception? Failure)
    {
        /// <summary>True where the same request may well succeed a little later, or elsewhere.</summary>
        public bool IsTransient => Status is 0 or 429 or 502 or 503 or 504;
    }
}
