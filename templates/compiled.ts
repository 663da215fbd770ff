// @ts-nocheck
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
// Generated from the .hbs files by templates/precompile.ts. Do not edit.
export const templates: Readonly<Record<"kernel.wgsl" | "module" | "report.html", object>> = {
  "kernel.wgsl": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "override "
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":2,"column":11},"end":{"line":2,"column":15}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":2,"column":9},"end":{"line":2,"column":17}}}) : helper))) != null ? stack1 : "")
    + ": "
    + ((stack1 = (((helper = lookupProperty(helpers,"type") || alias1(depth0, "type", {"start":{"line":2,"column":21},"end":{"line":2,"column":25}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"type","hash":{},"data":data,"loc":{"start":{"line":2,"column":19},"end":{"line":2,"column":27}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=container.strict, alias2=container.lambda, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\noverride scratch_length: u32 = "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":6,"column":33},"end":{"line":6,"column":48}} ), depth0)) != null ? stack1 : "")
    + " * "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":6,"column":55},"end":{"line":6,"column":69}} ), depth0)) != null ? stack1 : "")
    + " * "
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"shared"), "slots", {"start":{"line":6,"column":76},"end":{"line":6,"column":88}} ), depth0)) != null ? stack1 : "")
    + "u;\nvar<workgroup> scratch_memory: array<"
    + ((stack1 = alias2(alias1(lookupProperty(depth0,"shared"), "type", {"start":{"line":7,"column":39},"end":{"line":7,"column":50}} ), depth0)) != null ? stack1 : "")
    + ", scratch_length>;\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "\n"
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + "\n";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "  let group_of_all = workgroup_id.x + workgroup_id.y * num_workgroups.x;\n  let group = group_of_all / "
    + ((stack1 = (((helper = lookupProperty(helpers,"parts") || alias1(depth0, "parts", {"start":{"line":22,"column":31},"end":{"line":22,"column":36}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"parts","hash":{},"data":data,"loc":{"start":{"line":22,"column":29},"end":{"line":22,"column":38}}}) : helper))) != null ? stack1 : "")
    + ";\n  let part = group_of_all % "
    + ((stack1 = (((helper = lookupProperty(helpers,"parts") || alias1(depth0, "parts", {"start":{"line":23,"column":30},"end":{"line":23,"column":35}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"parts","hash":{},"data":data,"loc":{"start":{"line":23,"column":28},"end":{"line":23,"column":37}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"4":function(container,depth0,helpers,partials,data) {
    return "  let group = workgroup_id.x + workgroup_id.y * num_workgroups.x;\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3=container.lambda, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"constants"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":1,"column":0},"end":{"line":3,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"shared"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":4,"column":0},"end":{"line":8,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"helpers"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":12,"column":9}}})) != null ? stack1 : "")
    + "\n@compute @workgroup_size("
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":14,"column":27},"end":{"line":14,"column":42}} ), depth0)) != null ? stack1 : "")
    + " * "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":14,"column":49},"end":{"line":14,"column":63}} ), depth0)) != null ? stack1 : "")
    + ")\nfn main(\n  @builtin(workgroup_id) workgroup_id: vec3u,\n  @builtin(num_workgroups) num_workgroups: vec3u,\n  @builtin(local_invocation_index) local_index: u32,\n) {\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"parts"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.program(4, data, 0),"data":data,"loc":{"start":{"line":20,"column":0},"end":{"line":26,"column":7}}})) != null ? stack1 : "")
    + "  let lane = select(local_index % "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":27,"column":36},"end":{"line":27,"column":51}} ), depth0)) != null ? stack1 : "")
    + ", local_index / "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":27,"column":71},"end":{"line":27,"column":85}} ), depth0)) != null ? stack1 : "")
    + ", "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "columns", {"start":{"line":27,"column":91},"end":{"line":27,"column":108}} ), depth0)) != null ? stack1 : "")
    + ");\n  let row_in_group = select(local_index / "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "lanes", {"start":{"line":28,"column":44},"end":{"line":28,"column":59}} ), depth0)) != null ? stack1 : "")
    + ", local_index % "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "rows", {"start":{"line":28,"column":79},"end":{"line":28,"column":93}} ), depth0)) != null ? stack1 : "")
    + ", "
    + ((stack1 = alias3(alias2(lookupProperty(depth0,"workgroup"), "columns", {"start":{"line":28,"column":99},"end":{"line":28,"column":116}} ), depth0)) != null ? stack1 : "")
    + ");\n"
    + ((stack1 = (((helper = lookupProperty(helpers,"body") || alias2(depth0, "body", {"start":{"line":29,"column":2},"end":{"line":29,"column":6}} ))),(typeof helper === "function" ? helper.call(alias1,{"name":"body","hash":{},"data":data,"loc":{"start":{"line":29,"column":0},"end":{"line":29,"column":8}}}) : helper))) != null ? stack1 : "")
    + "\n}\n";
},"useData":true},
  "module": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "import "
    + ((stack1 = (((helper = lookupProperty(helpers,"imports") || alias1(depth0, "imports", {"start":{"line":6,"column":9},"end":{"line":6,"column":16}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"imports","hash":{},"data":data,"loc":{"start":{"line":6,"column":7},"end":{"line":6,"column":18}}}) : helper))) != null ? stack1 : "")
    + " from "
    + ((stack1 = (((helper = lookupProperty(helpers,"runtime") || alias1(depth0, "runtime", {"start":{"line":6,"column":26},"end":{"line":6,"column":33}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"runtime","hash":{},"data":data,"loc":{"start":{"line":6,"column":24},"end":{"line":6,"column":35}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\n"
    + ((stack1 = (((helper = lookupProperty(helpers,"declarations") || container.strict(depth0, "declarations", {"start":{"line":10,"column":2},"end":{"line":10,"column":14}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"declarations","hash":{},"data":data,"loc":{"start":{"line":10,"column":0},"end":{"line":10,"column":16}}}) : helper))) != null ? stack1 : "")
    + "\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"constants"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":14,"column":0},"end":{"line":16,"column":9}}})) != null ? stack1 : "");
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "const "
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":15,"column":8},"end":{"line":15,"column":12}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":15,"column":6},"end":{"line":15,"column":14}}}) : helper))) != null ? stack1 : "")
    + " = "
    + ((stack1 = (((helper = lookupProperty(helpers,"literal") || alias1(depth0, "literal", {"start":{"line":15,"column":19},"end":{"line":15,"column":26}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"literal","hash":{},"data":data,"loc":{"start":{"line":15,"column":17},"end":{"line":15,"column":28}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.strict, alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"exported"),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":20,"column":0},"end":{"line":20,"column":30}}})) != null ? stack1 : "")
    + "const "
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias2(depth0, "name", {"start":{"line":20,"column":38},"end":{"line":20,"column":42}} ))),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":20,"column":36},"end":{"line":20,"column":44}}}) : helper))) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"type"),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":20,"column":44},"end":{"line":20,"column":73}}})) != null ? stack1 : "")
    + " = "
    + ((stack1 = (((helper = lookupProperty(helpers,"literal") || alias2(depth0, "literal", {"start":{"line":20,"column":78},"end":{"line":20,"column":85}} ))),(typeof helper === alias3 ? helper.call(alias1,{"name":"literal","hash":{},"data":data,"loc":{"start":{"line":20,"column":76},"end":{"line":20,"column":87}}}) : helper))) != null ? stack1 : "")
    + ";\n";
},"5":function(container,depth0,helpers,partials,data) {
    return "export ";
},"6":function(container,depth0,helpers,partials,data) {
    var stack1, helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ": "
    + ((stack1 = (((helper = lookupProperty(helpers,"type") || container.strict(depth0, "type", {"start":{"line":20,"column":60},"end":{"line":20,"column":64}} ))),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"type","hash":{},"data":data,"loc":{"start":{"line":20,"column":58},"end":{"line":20,"column":66}}}) : helper))) != null ? stack1 : "");
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "/*\n * Generated by normc "
    + ((stack1 = (((helper = lookupProperty(helpers,"compiler") || alias1(depth0, "compiler", {"start":{"line":2,"column":24},"end":{"line":2,"column":32}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"compiler","hash":{},"data":data,"loc":{"start":{"line":2,"column":22},"end":{"line":2,"column":34}}}) : helper))) != null ? stack1 : "")
    + " from "
    + ((stack1 = (((helper = lookupProperty(helpers,"source") || alias1(depth0, "source", {"start":{"line":2,"column":42},"end":{"line":2,"column":48}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"source","hash":{},"data":data,"loc":{"start":{"line":2,"column":40},"end":{"line":2,"column":50}}}) : helper))) != null ? stack1 : "")
    + " ("
    + ((stack1 = (((helper = lookupProperty(helpers,"hash") || alias1(depth0, "hash", {"start":{"line":2,"column":54},"end":{"line":2,"column":58}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"hash","hash":{},"data":data,"loc":{"start":{"line":2,"column":52},"end":{"line":2,"column":60}}}) : helper))) != null ? stack1 : "")
    + ").\n * "
    + ((stack1 = (((helper = lookupProperty(helpers,"note") || alias1(depth0, "note", {"start":{"line":3,"column":5},"end":{"line":3,"column":9}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"note","hash":{},"data":data,"loc":{"start":{"line":3,"column":3},"end":{"line":3,"column":11}}}) : helper))) != null ? stack1 : "")
    + "\n */\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"imports"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"declarations"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":8,"column":0},"end":{"line":11,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias2,lookupProperty(depth0,"constants"),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":12,"column":0},"end":{"line":17,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"values"),{"name":"each","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":18,"column":0},"end":{"line":21,"column":9}}})) != null ? stack1 : "");
},"useData":true},
  "report.html": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"title") || alias1(depth0, "title", {"start":{"line":23,"column":10},"end":{"line":23,"column":15}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":23,"column":8},"end":{"line":23,"column":17}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"initial") || alias1(depth0, "initial", {"start":{"line":23,"column":28},"end":{"line":23,"column":35}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"initial","hash":{},"data":data,"loc":{"start":{"line":23,"column":26},"end":{"line":23,"column":37}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"best") || alias1(depth0, "best", {"start":{"line":23,"column":48},"end":{"line":23,"column":52}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"best","hash":{},"data":data,"loc":{"start":{"line":23,"column":46},"end":{"line":23,"column":54}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"factor") || alias1(depth0, "factor", {"start":{"line":23,"column":65},"end":{"line":23,"column":71}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"factor","hash":{},"data":data,"loc":{"start":{"line":23,"column":63},"end":{"line":23,"column":73}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"copy") || alias1(depth0, "copy", {"start":{"line":23,"column":84},"end":{"line":23,"column":88}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"copy","hash":{},"data":data,"loc":{"start":{"line":23,"column":82},"end":{"line":23,"column":90}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"measured") || alias1(depth0, "measured", {"start":{"line":23,"column":101},"end":{"line":23,"column":109}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"measured","hash":{},"data":data,"loc":{"start":{"line":23,"column":99},"end":{"line":23,"column":111}}}) : helper))) != null ? stack1 : "")
    + "</td><td>"
    + ((stack1 = (((helper = lookupProperty(helpers,"variant") || alias1(depth0, "variant", {"start":{"line":23,"column":122},"end":{"line":23,"column":129}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"variant","hash":{},"data":data,"loc":{"start":{"line":23,"column":120},"end":{"line":23,"column":131}}}) : helper))) != null ? stack1 : "")
    + "</td></tr>\n";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<span><i style=\"background:"
    + ((stack1 = (((helper = lookupProperty(helpers,"color") || alias1(depth0, "color", {"start":{"line":26,"column":63},"end":{"line":26,"column":68}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"color","hash":{},"data":data,"loc":{"start":{"line":26,"column":61},"end":{"line":26,"column":70}}}) : helper))) != null ? stack1 : "")
    + "\"></i>"
    + ((stack1 = (((helper = lookupProperty(helpers,"name") || alias1(depth0, "name", {"start":{"line":26,"column":78},"end":{"line":26,"column":82}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":26,"column":76},"end":{"line":26,"column":84}}}) : helper))) != null ? stack1 : "")
    + "</span>";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2>"
    + ((stack1 = (((helper = lookupProperty(helpers,"title") || alias1(depth0, "title", {"start":{"line":28,"column":6},"end":{"line":28,"column":11}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":28,"column":4},"end":{"line":28,"column":13}}}) : helper))) != null ? stack1 : "")
    + "</h2>\n<svg viewBox=\"0 0 "
    + ((stack1 = (((helper = lookupProperty(helpers,"width") || alias1(depth0, "width", {"start":{"line":29,"column":20},"end":{"line":29,"column":25}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"width","hash":{},"data":data,"loc":{"start":{"line":29,"column":18},"end":{"line":29,"column":27}}}) : helper))) != null ? stack1 : "")
    + " "
    + ((stack1 = (((helper = lookupProperty(helpers,"height") || alias1(depth0, "height", {"start":{"line":29,"column":30},"end":{"line":29,"column":36}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"height","hash":{},"data":data,"loc":{"start":{"line":29,"column":28},"end":{"line":29,"column":38}}}) : helper))) != null ? stack1 : "")
    + "\" role=\"img\" aria-label=\"times of "
    + ((stack1 = (((helper = lookupProperty(helpers,"title") || alias1(depth0, "title", {"start":{"line":29,"column":74},"end":{"line":29,"column":79}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":29,"column":72},"end":{"line":29,"column":81}}}) : helper))) != null ? stack1 : "")
    + "\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"ticks"),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":30,"column":0},"end":{"line":32,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"bars"),{"name":"each","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":33,"column":0},"end":{"line":35,"column":9}}})) != null ? stack1 : "")
    + "<line class=\"default\" x1=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"reference") || alias1(depth0, "reference", {"start":{"line":36,"column":28},"end":{"line":36,"column":37}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"reference","hash":{},"data":data,"loc":{"start":{"line":36,"column":26},"end":{"line":36,"column":39}}}) : helper))) != null ? stack1 : "")
    + "\" x2=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"reference") || alias1(depth0, "reference", {"start":{"line":36,"column":47},"end":{"line":36,"column":56}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"reference","hash":{},"data":data,"loc":{"start":{"line":36,"column":45},"end":{"line":36,"column":58}}}) : helper))) != null ? stack1 : "")
    + "\" y1=\"16\" y2=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"bottom") || alias1(depth0, "bottom", {"start":{"line":36,"column":74},"end":{"line":36,"column":80}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"bottom","hash":{},"data":data,"loc":{"start":{"line":36,"column":72},"end":{"line":36,"column":82}}}) : helper))) != null ? stack1 : "")
    + "\"/>\n</svg>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"notes"),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":38,"column":0},"end":{"line":40,"column":9}}})) != null ? stack1 : "");
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<line x1=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"x") || alias1(depth0, "x", {"start":{"line":31,"column":12},"end":{"line":31,"column":13}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"x","hash":{},"data":data,"loc":{"start":{"line":31,"column":10},"end":{"line":31,"column":15}}}) : helper))) != null ? stack1 : "")
    + "\" x2=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"x") || alias1(depth0, "x", {"start":{"line":31,"column":23},"end":{"line":31,"column":24}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"x","hash":{},"data":data,"loc":{"start":{"line":31,"column":21},"end":{"line":31,"column":26}}}) : helper))) != null ? stack1 : "")
    + "\" y1=\"16\" y2=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"y") || alias1(depth0, "y", {"start":{"line":31,"column":42},"end":{"line":31,"column":43}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"y","hash":{},"data":data,"loc":{"start":{"line":31,"column":40},"end":{"line":31,"column":45}}}) : helper))) != null ? stack1 : "")
    + "\"/><text x=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"x") || alias1(depth0, "x", {"start":{"line":31,"column":59},"end":{"line":31,"column":60}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"x","hash":{},"data":data,"loc":{"start":{"line":31,"column":57},"end":{"line":31,"column":62}}}) : helper))) != null ? stack1 : "")
    + "\" y=\"11\" text-anchor=\"middle\" class=\"faint\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"text") || alias1(depth0, "text", {"start":{"line":31,"column":108},"end":{"line":31,"column":112}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"text","hash":{},"data":data,"loc":{"start":{"line":31,"column":106},"end":{"line":31,"column":114}}}) : helper))) != null ? stack1 : "")
    + "</text>\n";
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<g><title>"
    + ((stack1 = (((helper = lookupProperty(helpers,"hint") || alias1(depth0, "hint", {"start":{"line":34,"column":12},"end":{"line":34,"column":16}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"hint","hash":{},"data":data,"loc":{"start":{"line":34,"column":10},"end":{"line":34,"column":18}}}) : helper))) != null ? stack1 : "")
    + "</title><rect x=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"x") || alias1(depth0, "x", {"start":{"line":34,"column":37},"end":{"line":34,"column":38}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"x","hash":{},"data":data,"loc":{"start":{"line":34,"column":35},"end":{"line":34,"column":40}}}) : helper))) != null ? stack1 : "")
    + "\" y=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"y") || alias1(depth0, "y", {"start":{"line":34,"column":47},"end":{"line":34,"column":48}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"y","hash":{},"data":data,"loc":{"start":{"line":34,"column":45},"end":{"line":34,"column":50}}}) : helper))) != null ? stack1 : "")
    + "\" width=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"width") || alias1(depth0, "width", {"start":{"line":34,"column":61},"end":{"line":34,"column":66}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"width","hash":{},"data":data,"loc":{"start":{"line":34,"column":59},"end":{"line":34,"column":68}}}) : helper))) != null ? stack1 : "")
    + "\" height=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"height") || alias1(depth0, "height", {"start":{"line":34,"column":80},"end":{"line":34,"column":86}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"height","hash":{},"data":data,"loc":{"start":{"line":34,"column":78},"end":{"line":34,"column":88}}}) : helper))) != null ? stack1 : "")
    + "\" fill=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"color") || alias1(depth0, "color", {"start":{"line":34,"column":98},"end":{"line":34,"column":103}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"color","hash":{},"data":data,"loc":{"start":{"line":34,"column":96},"end":{"line":34,"column":105}}}) : helper))) != null ? stack1 : "")
    + "\"/><text x=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"labelX") || alias1(depth0, "labelX", {"start":{"line":34,"column":119},"end":{"line":34,"column":125}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"labelX","hash":{},"data":data,"loc":{"start":{"line":34,"column":117},"end":{"line":34,"column":127}}}) : helper))) != null ? stack1 : "")
    + "\" y=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"labelY") || alias1(depth0, "labelY", {"start":{"line":34,"column":134},"end":{"line":34,"column":140}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"labelY","hash":{},"data":data,"loc":{"start":{"line":34,"column":132},"end":{"line":34,"column":142}}}) : helper))) != null ? stack1 : "")
    + "\" text-anchor=\"end\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"label") || alias1(depth0, "label", {"start":{"line":34,"column":164},"end":{"line":34,"column":169}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"label","hash":{},"data":data,"loc":{"start":{"line":34,"column":162},"end":{"line":34,"column":171}}}) : helper))) != null ? stack1 : "")
    + "</text><text x=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"valueX") || alias1(depth0, "valueX", {"start":{"line":34,"column":189},"end":{"line":34,"column":195}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"valueX","hash":{},"data":data,"loc":{"start":{"line":34,"column":187},"end":{"line":34,"column":197}}}) : helper))) != null ? stack1 : "")
    + "\" y=\""
    + ((stack1 = (((helper = lookupProperty(helpers,"labelY") || alias1(depth0, "labelY", {"start":{"line":34,"column":204},"end":{"line":34,"column":210}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"labelY","hash":{},"data":data,"loc":{"start":{"line":34,"column":202},"end":{"line":34,"column":212}}}) : helper))) != null ? stack1 : "")
    + "\" class=\"faint\">"
    + ((stack1 = (((helper = lookupProperty(helpers,"value") || alias1(depth0, "value", {"start":{"line":34,"column":230},"end":{"line":34,"column":235}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"value","hash":{},"data":data,"loc":{"start":{"line":34,"column":228},"end":{"line":34,"column":237}}}) : helper))) != null ? stack1 : "")
    + "</text></g>\n";
},"5":function(container,depth0,helpers,partials,data) {
    var stack1;

  return "<p class=\"note\">"
    + ((stack1 = container.lambda(depth0, depth0)) != null ? stack1 : "")
    + "</p>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=container.strict, alias2=depth0 != null ? depth0 : (container.nullContext || {}), alias3="function", lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>normc tune: "
    + ((stack1 = (((helper = lookupProperty(helpers,"adapter") || alias1(depth0, "adapter", {"start":{"line":5,"column":21},"end":{"line":5,"column":28}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"adapter","hash":{},"data":data,"loc":{"start":{"line":5,"column":19},"end":{"line":5,"column":30}}}) : helper))) != null ? stack1 : "")
    + "</title>\n<style>\n:root { color-scheme: light dark; --text: #1c1c1c; --page: #fff; --faint: #767676; --line: #ddd; }\n@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --page: #151515; --faint: #999; --line: #333; } }\nbody { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }\nh2 { margin-top: 2.5rem; font-size: 1.1rem; }\ntable { border-collapse: collapse; } td, th { text-align: right; padding: .2rem .8rem; border-bottom: 1px solid var(--line); }\ntd:first-child, th:first-child, td:last-child, th:last-child { text-align: left; }\nsvg { display: block; width: 100%; height: auto; } svg text { fill: var(--text); font-size: 11px; } svg .faint { fill: var(--faint); }\nsvg line { stroke: var(--line); } svg .default { stroke: var(--text); stroke-dasharray: 4 3; }\np.legend span { margin-right: 1.2em; white-space: nowrap; } p.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; }\np.note { color: var(--faint); }\n</style>\n<h1>normc tune</h1>\n<p>"
    + ((stack1 = (((helper = lookupProperty(helpers,"adapter") || alias1(depth0, "adapter", {"start":{"line":19,"column":5},"end":{"line":19,"column":12}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"adapter","hash":{},"data":data,"loc":{"start":{"line":19,"column":3},"end":{"line":19,"column":14}}}) : helper))) != null ? stack1 : "")
    + ", normc "
    + ((stack1 = (((helper = lookupProperty(helpers,"compiler") || alias1(depth0, "compiler", {"start":{"line":19,"column":24},"end":{"line":19,"column":32}} ))),(typeof helper === alias3 ? helper.call(alias2,{"name":"compiler","hash":{},"data":data,"loc":{"start":{"line":19,"column":22},"end":{"line":19,"column":34}}}) : helper))) != null ? stack1 : "")
    + ". Times are medians of readings taken in turn with the default.</p>\n<table>\n<tr><th></th><th>default ms</th><th>best ms</th><th>factor</th><th>of copy speed</th><th>measured</th><th>best variant</th></tr>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"rows"),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":22,"column":0},"end":{"line":24,"column":9}}})) != null ? stack1 : "")
    + "</table>\n<p class=\"legend\">"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"legend"),{"name":"each","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":26,"column":18},"end":{"line":26,"column":100}}})) != null ? stack1 : "")
    + "</p>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias2,lookupProperty(depth0,"plots"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":27,"column":0},"end":{"line":41,"column":9}}})) != null ? stack1 : "")
    + "</html>\n";
},"useData":true},
};
