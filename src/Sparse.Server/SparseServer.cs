using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelContextProtocol.Server;
using Sparse.Server.Mcp;

namespace Sparse.Server;

/// <summary>Puts indexes behind HTTP: who may ask, how much, and what a failure looks like. <see cref="Routes"/> says for what.</summary>
internal static class SparseServer
{
    /// <summary>The name of the policy for searches and whatever else costs something.</summary>
    public const string Limited = "limited";

    /// <summary>The name of the policy and of the time limit of changes.</summary>
    public const string Writing = "writing";

    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Builds a server; the caller starts, stops and disposes it.</summary>
    /// <param name="indexes">What it serves; stays the caller's.</param>
    /// <param name="options">Addresses, keys, limits.</param>
    /// <exception cref="ArgumentException">Without keys an address is not loopback, or an address is none.</exception>
    public static WebApplication Build(IReadOnlyList<ServedIndex> indexes, ServerOptions options)
    {
        foreach (string url in options.Urls)
        {
            RequireAllowed(url, options);
        }

        // Empty: nothing is read from the folder it runs in or from ASPNETCORE_ variables.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls([.. options.Urls]).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.MaxDepth = 16;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        });
        builder.Services.AddRequestTimeouts(timeouts =>
        {
            timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = options.SearchTimeout, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable };
            timeouts.AddPolicy(Writing, new RequestTimeoutPolicy { Timeout = options.WriteTimeout, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable });
        });
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.AddConcurrencyLimiter(Limited, limit => (limit.PermitLimit, limit.QueueLimit) = (options.MaxConcurrent, 4 * options.MaxConcurrent));
            limiter.AddConcurrencyLimiter(Writing, limit => (limit.PermitLimit, limit.QueueLimit) = (options.MaxConcurrentChanges, 8 * options.MaxConcurrentChanges));
            limiter.OnRejected = async (rejected, stop) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "1";
                await WriteError(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "Too many requests run and wait; try again in a second.");
            };
        });
        builder.Services.AddOpenApi(Describe);
        builder.Services.AddMcpServer(mcp =>
        {
            McpServerOptions made = McpTools.Options(indexes, options);
            (mcp.ServerInfo, mcp.ServerInstructions, mcp.ToolCollection) = (made.ServerInfo, made.ServerInstructions, made.ToolCollection);
        }).WithHttpTransport(http => http.Stateless = true);
        Telemetry.Add(builder.Services, options);
        WebApplication app = builder.Build();
        Telemetry.Watch(app, indexes);
        app.Use(Guard);
        app.UseRouting();
        app.Use((context, next) => Authorize(context, next, options));
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        Routes.Map(app, indexes, options);
        return app;
    }

    private static void RequireAllowed(string url, ServerOptions options)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme != "http" || uri.PathAndQuery != "/")
        {
            throw new ArgumentException($"'{url}' is no address to listen on; give http://HOST:PORT (TLS is a reverse proxy's work).");
        }

        bool isLoopback = uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
        if (!isLoopback && options.Keys is null)
        {
            throw new ArgumentException($"'{url}' can be reached from other machines, and without keys a server answers on loopback alone; give --keys FILE ('sparse key NAME --keys FILE' makes one), or listen on 127.0.0.1.");
        }
    }

    private static void Describe(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        (document.Info.Title, document.Info.Version) = ("Sparse", typeof(SparseServer).Assembly.GetName().Version!.ToString(3));
        document.Info.Description = "Search by words, by meaning, or both. Errors are {\"status\", \"error\"} with one sentence.";

        // The address that was asked is where the server is, and no other.
        document.Servers = null;
        return Task.CompletedTask;
    });

    // Every failure becomes one sentence in JSON; what is not the caller's doing says nothing of the inside.
    private static async Task Guard(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
            {
                await WriteError(context, context.Response.StatusCode, context.Response.StatusCode switch
                {
                    404 => "There is nothing at this address.",
                    405 => "This address does not take this method.",
                    415 => "Send application/json.",
                    503 => "The request took longer than it may.",
                    _ => "The request can't be answered as it is.",
                });
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            (int status, string sentence) = error switch
            {
                RequestException request => (request.Status, request.Message),
                BadHttpRequestException { InnerException: JsonException { Path: { Length: > 2 and < 80 } path } } => (400, $"The body's {path[2..]} is not what this address takes."),
                BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == 413 ? "The body is larger than it may be." : "The request is not what this address takes: wrong JSON, a wrong type, or a missing value."),

                // Half a surrogate pair in a string, which System.Text.Json reports so.
                InvalidOperationException { Source: "System.Text.Json" or "System.Text.Json.Rethrowable" } => (400, "The body holds half a surrogate pair; send whole characters."),
                JsonException or DecoderFallbackException => (400, "The body is not JSON in UTF-8."),
                _ => (500, "The server failed; its log says how."),
            };
            if (status == 500)
            {
                await Console.Error.WriteLineAsync($"sparse: {context.Request.Method} failed: {error}");
            }

            if (status is 429 or 503)
            {
                context.Response.Headers.RetryAfter = "1";
            }

            await WriteError(context, status, sentence);
        }
    }

    private static async Task Authorize(HttpContext context, RequestDelegate next, ServerOptions options)
    {
        if (options.Keys is null)
        {
            // A page of another site whose name was pointed at this machine (DNS rebinding) comes with that name.
            if (!LoopbackHosts.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
            {
                throw new RequestException(421, "Without keys this server answers to localhost alone.");
            }
        }
        else
        {
            Access needed = context.GetEndpoint()?.Metadata.GetMetadata<RequiredAccess>()?.Access ?? Access.Read;
            Access? found = KeyOf(context.Request) is { } key ? options.Keys.Find(key) : null;
            if (found is null)
            {
                // A browser asks for a name and a password, and the password is the key.
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"sparse\", charset=\"UTF-8\"";
                throw new RequestException(401, "Show a key: Authorization: Bearer KEY.");
            }

            if (found < needed)
            {
                throw new RequestException(403, "This key may read alone.");
            }
        }

        await next(context);
    }

    private static string? KeyOf(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return header[7..].Trim();
        }

        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[header.Length];
        return Convert.TryFromBase64String(header[6..].Trim(), bytes, out int written) ? Encoding.UTF8.GetString(bytes, 0, written).Split(':', 2)[^1] : null;
    }

    private static Task WriteError(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { status, error = sentence }, CancellationToken.None);
    }
}

/// <summary>What a route's caller must be allowed; reading where a route says nothing.</summary>
/// <param name="Access">What.</param>
internal sealed record RequiredAccess(Access Access);
